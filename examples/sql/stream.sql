-- SQL over a stream of files: every batch prints the whole new answer. From the project's directory:
--   firesteel sql --available-now examples/sql/stream.sql
-- Without --available-now the query goes on with the files that come, until Ctrl-C.

CREATE TEMP VIEW people (name STRING, age INT, job STRING) USING csv
  OPTIONS (path 'examples/data/people', sep ';');

SELECT count(*) AS people, count(age) AS with_age FROM STREAM people;
