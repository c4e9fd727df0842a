// On Windows a library names the program that a function comes from. Node's is not always node.exe (Electron's is not), and a list of
// what it exports would need a tool of its own to link with. So Node-API is looked up in the program that is running.
#if defined(_WIN32)
#define WIN32_LEAN_AND_MEAN
#define NOMINMAX
#include <node_api.h>
#include <windows.h>

#include <cstdlib>

namespace {

void* lookUp(const char* name) {
  void* found = reinterpret_cast<void*>(GetProcAddress(GetModuleHandleW(nullptr), name));
  // Where Node is a library of its own.
  if (!found) {
    if (const HMODULE library = GetModuleHandleW(L"libnode.dll")) found = reinterpret_cast<void*>(GetProcAddress(library, name));
  }
  // Every version of Node that the package allows has them all.
  if (!found) std::abort();
  return found;
}

}  // namespace

/** Defines the function of that name: it calls the one of the same name in the program. */
#define SLUICE_FORWARD(name, parameters, ...)                                               \
  extern "C" napi_status NAPI_CDECL name parameters {                                       \
    static const auto function = reinterpret_cast<decltype(&name)>(lookUp(#name));          \
    return function(__VA_ARGS__);                                                           \
  }

SLUICE_FORWARD(napi_create_array_with_length, (napi_env e, size_t a, napi_value* b), e, a, b)
SLUICE_FORWARD(napi_create_arraybuffer, (napi_env e, size_t a, void** b, napi_value* c), e, a, b, c)
SLUICE_FORWARD(napi_create_double, (napi_env e, double a, napi_value* b), e, a, b)
SLUICE_FORWARD(napi_create_external_arraybuffer,
               (napi_env e, void* a, size_t b, napi_finalize c, void* d, napi_value* f), e, a, b, c, d, f)
SLUICE_FORWARD(napi_create_function, (napi_env e, const char* a, size_t b, napi_callback c, void* d, napi_value* f), e, a, b,
               c, d, f)
SLUICE_FORWARD(napi_create_string_utf8, (napi_env e, const char* a, size_t b, napi_value* c), e, a, b, c)
SLUICE_FORWARD(napi_get_array_length, (napi_env e, napi_value a, uint32_t* b), e, a, b)
SLUICE_FORWARD(napi_get_boolean, (napi_env e, bool a, napi_value* b), e, a, b)
SLUICE_FORWARD(napi_get_cb_info,
               (napi_env e, napi_callback_info a, size_t* b, napi_value* c, napi_value* d, void** f), e, a, b, c, d, f)
SLUICE_FORWARD(napi_get_element, (napi_env e, napi_value a, uint32_t b, napi_value* c), e, a, b, c)
SLUICE_FORWARD(napi_get_instance_data, (node_api_basic_env e, void** a), e, a)
SLUICE_FORWARD(napi_get_typedarray_info,
               (napi_env e, napi_value a, napi_typedarray_type* b, size_t* c, void** d, napi_value* f, size_t* g), e, a, b, c,
               d, f, g)
SLUICE_FORWARD(napi_get_value_bool, (napi_env e, napi_value a, bool* b), e, a, b)
SLUICE_FORWARD(napi_get_value_double, (napi_env e, napi_value a, double* b), e, a, b)
SLUICE_FORWARD(napi_get_value_string_utf8, (napi_env e, napi_value a, char* b, size_t c, size_t* d), e, a, b, c, d)
SLUICE_FORWARD(napi_is_array, (napi_env e, napi_value a, bool* b), e, a, b)
SLUICE_FORWARD(napi_is_arraybuffer, (napi_env e, napi_value a, bool* b), e, a, b)
SLUICE_FORWARD(napi_is_detached_arraybuffer, (napi_env e, napi_value a, bool* b), e, a, b)
SLUICE_FORWARD(napi_is_typedarray, (napi_env e, napi_value a, bool* b), e, a, b)
SLUICE_FORWARD(napi_set_element, (napi_env e, napi_value a, uint32_t b, napi_value c), e, a, b, c)
SLUICE_FORWARD(napi_set_instance_data, (node_api_basic_env e, void* a, napi_finalize b, void* c), e, a, b, c)
SLUICE_FORWARD(napi_set_named_property, (napi_env e, napi_value a, const char* b, napi_value c), e, a, b, c)
SLUICE_FORWARD(napi_throw_error, (napi_env e, const char* a, const char* b), e, a, b)
SLUICE_FORWARD(napi_throw_range_error, (napi_env e, const char* a, const char* b), e, a, b)
SLUICE_FORWARD(napi_throw_type_error, (napi_env e, const char* a, const char* b), e, a, b)
SLUICE_FORWARD(napi_typeof, (napi_env e, napi_value a, napi_valuetype* b), e, a, b)
#endif
