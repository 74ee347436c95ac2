-- A batch report over CSV files. From the project's directory:
--   firesteel sql examples/sql/flights.sql

CREATE TEMP VIEW flights USING csv
  OPTIONS (path 'examples/data/flights', header 'true', inferSchema 'true');

CREATE TEMP VIEW airports USING csv
  OPTIONS (path 'examples/data/airports.csv', header 'true', sep ';');

SELECT a.city AS destination, count(*) AS flights, round(avg(f.arrival_delay), 1) AS mean_delay
FROM flights f JOIN airports a ON f.destination = a.code
GROUP BY a.city
ORDER BY flights DESC, destination;
