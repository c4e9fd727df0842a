// The addon's entry.
#include <node_api.h>
#if defined(_WIN32)
#define WIN32_LEAN_AND_MEAN
#define NOMINMAX
#include <windows.h>
#else
#include <dlfcn.h>
#endif

#include "call.h"
#include "groups.h"

namespace {

/** Node unloads an addon with the worker thread that loaded it; the pool's threads would go on in code that is gone. */
void stayLoaded() {
#if defined(_WIN32)
  HMODULE self = nullptr;
  GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
                     reinterpret_cast<LPCWSTR>(&stayLoaded), &self);
#else
  static bool done = false;
  if (done) return;
  Dl_info info;
  if (dladdr(reinterpret_cast<void*>(&stayLoaded), &info) && info.dli_fname) {
    done = dlopen(info.dli_fname, RTLD_NOW | RTLD_NODELETE) != nullptr;
  }
#endif
}

napi_value initialize(napi_env env, napi_value exports) {
  stayLoaded();
  auto* instance = new sluice::Instance{sluice::chosenTable()};
  const auto release = [](napi_env, void* data, void*) { delete static_cast<sluice::Instance*>(data); };
  if (napi_set_instance_data(env, instance, release, nullptr) != napi_ok) {
    delete instance;
    return exports;
  }
  sluice::exportSystem(env, exports);
  sluice::exportLayers(env, exports);
  sluice::exportGated(env, exports);
  sluice::exportLoss(env, exports);
  sluice::exportOptimizer(env, exports);
  sluice::exportGeneral(env, exports);
  sluice::exportDecoder(env, exports);
  return exports;
}

}  // namespace

NAPI_MODULE(sluice, initialize)
