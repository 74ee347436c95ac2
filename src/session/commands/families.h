#pragma once

#include <string>
#include <vector>

#include "firesteel/row.h"
#include "plan/commands.h"
#include "plan/function_commands.h"
#include "plan/table_commands.h"
#include "plan/variable_commands.h"
#include "session/command_runner.h"

namespace firesteel {

// What runs each command; one .cc per family. Errors are those of the statement in Spark.

Result<QueryResult> RunCreateView(const CreateView& command, const CommandContext& context);
Result<QueryResult> RunDropRelation(const DropRelation& command, const CommandContext& context);
Result<QueryResult> RunShow(const Show& command, const CommandContext& context);
Result<QueryResult> RunDescribe(const DescribeRelation& command, const CommandContext& context);
Result<QueryResult> RunExplain(const Explain& command, const CommandContext& context);
Result<QueryResult> RunSetConfiguration(const SetConfiguration& command,
                                        const CommandContext& context);
Result<QueryResult> RunUse(const Use& command, const CommandContext& context);
Result<QueryResult> RunCacheTable(const CacheTable& command, const CommandContext& context);
Result<QueryResult> RunCreateTable(const CreateTable& command, const CommandContext& context);
Result<QueryResult> RunInsertInto(const InsertInto& command, const CommandContext& context);
Result<QueryResult> RunChangeDatabase(const ChangeDatabase& command,
                                      const CommandContext& context);
Result<QueryResult> RunChangeTable(const ChangeTable& command, const CommandContext& context);
Result<QueryResult> RunDeclareVariable(const DeclareVariable& command,
                                       const CommandContext& context);
Result<QueryResult> RunSetVariable(const SetVariable& command, const CommandContext& context);
Result<QueryResult> RunDropVariable(const DropVariable& command, const CommandContext& context);
Result<QueryResult> RunCreateFunction(const CreateFunction& command,
                                      const CommandContext& context);
Result<QueryResult> RunDropFunction(const DropFunction& command, const CommandContext& context);

/// Whether the expression is the word DEFAULT, which assignments take for a value.
bool IsDefaultWord(const Expression& expression);

/// The result of a statement that gives nothing: no columns, no rows.
QueryResult NoResult();
/// A result of text columns.
Result<QueryResult> TextResult(const std::vector<std::string>& columns,
                               const std::vector<std::vector<Value>>& rows);
Result<QueryResult> ResultOf(const Schema& schema, const std::vector<std::vector<Value>>& rows);

}  // namespace firesteel
