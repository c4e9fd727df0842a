// The addon's functions, in groups; each puts its own on the exports.
#pragma once
#include <node_api.h>

namespace sluice {
void exportSystem(napi_env env, napi_value exports);
void exportLayers(napi_env env, napi_value exports);
void exportGated(napi_env env, napi_value exports);
void exportLoss(napi_env env, napi_value exports);
void exportOptimizer(napi_env env, napi_value exports);
void exportGeneral(napi_env env, napi_value exports);
void exportDecoder(napi_env env, napi_value exports);
}  // namespace sluice
