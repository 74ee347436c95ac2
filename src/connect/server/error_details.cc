#include <string>

#include "connect/server/error_status.h"
#include "connect/server/requests.h"

namespace firesteel {

void DescribeError(const Status& status, spark::connect::FetchErrorDetailsResponse* response) {
  response->set_root_error_idx(0);
  Status rest = status;
  while (!rest.ok()) {
    auto* error = response->add_errors();
    for (const std::string& name : ExceptionClasses(rest)) error->add_error_type_hierarchy(name);
    error->set_message(rest.message());
    const ErrorInfo* info = GetErrorInfo(rest);
    if (info == nullptr) return;
    auto* throwable = error->mutable_spark_throwable();
    throwable->set_error_class(info->condition);
    if (!info->sql_state.empty()) throwable->set_sql_state(info->sql_state);
    for (const auto& [name, value] : info->parameters) {
      (*throwable->mutable_message_parameters())[name] = value;
    }
    if (info->context.start_offset >= 0) {
      auto* context = throwable->add_query_contexts();
      context->set_context_type(spark::connect::FetchErrorDetailsResponse::QueryContext::SQL);
      context->set_start_index(info->context.start_offset);
      context->set_stop_index(info->context.stop_offset);
      context->set_fragment(info->context.fragment);
    }
    const Status cause = info->cause;
    if (!cause.ok()) error->set_cause_idx(response->errors_size());
    rest = cause;
  }
}

}  // namespace firesteel
