#include "session/command_runner.h"

#include "common/error.h"
#include "plan/commands.h"
#include "session/commands/families.h"

namespace firesteel {

namespace {

using Runner = Result<QueryResult> (*)(const PlanPtr& command, const CommandContext& context);

template <typename T, Result<QueryResult> (*run)(const T&, const CommandContext&)>
Result<QueryResult> Run(const PlanPtr& command, const CommandContext& context) {
  return run(*As<T>(command), context);
}

struct CommandFamily {
  PlanKind kind;
  Runner run;
};

constexpr CommandFamily kFamilies[] = {
    {PlanKind::kCreateView, Run<CreateView, RunCreateView>},
    {PlanKind::kDropRelation, Run<DropRelation, RunDropRelation>},
    {PlanKind::kShow, Run<Show, RunShow>},
    {PlanKind::kDescribe, Run<DescribeRelation, RunDescribe>},
    {PlanKind::kExplain, Run<Explain, RunExplain>},
    {PlanKind::kSetConfiguration, Run<SetConfiguration, RunSetConfiguration>},
    {PlanKind::kUse, Run<Use, RunUse>},
    {PlanKind::kCacheTable, Run<CacheTable, RunCacheTable>},
    {PlanKind::kCreateTable, Run<CreateTable, RunCreateTable>},
    {PlanKind::kInsertInto, Run<InsertInto, RunInsertInto>},
    {PlanKind::kChangeDatabase, Run<ChangeDatabase, RunChangeDatabase>},
    {PlanKind::kChangeTable, Run<ChangeTable, RunChangeTable>},
    {PlanKind::kDeclareVariable, Run<DeclareVariable, RunDeclareVariable>},
    {PlanKind::kSetVariable, Run<SetVariable, RunSetVariable>},
    {PlanKind::kDropVariable, Run<DropVariable, RunDropVariable>},
    {PlanKind::kCreateFunction, Run<CreateFunction, RunCreateFunction>},
    {PlanKind::kDropFunction, Run<DropFunction, RunDropFunction>},
};

}  // namespace

Result<QueryResult> RunCommand(const PlanPtr& command, const CommandContext& context) {
  for (const CommandFamily& family : kFamilies) {
    if (family.kind == command->kind()) return family.run(command, context);
  }
  return InternalError("No runner for " + command->Describe());
}

}  // namespace firesteel
