// A module of its own, loaded before TensorFlow is: its libraries write to stderr while they are loaded, before any setting of theirs
// is read.
#include <node_api.h>
#include <unistd.h>

#include <cstdio>
#include <string>

namespace {

std::FILE *said = nullptr;
int kept = -1;

// Has everything that this process writes to stderr go to a file, until `end`.
napi_value begin(napi_env, napi_callback_info) {
  if (said != nullptr) return nullptr;
  std::fflush(stderr);
  said = std::tmpfile();
  if (said == nullptr) return nullptr;
  kept = dup(STDERR_FILENO);
  if (kept >= 0) dup2(fileno(said), STDERR_FILENO);
  return nullptr;
}

// Gives stderr back, and returns what was written.
napi_value end(napi_env env, napi_callback_info) {
  std::string text;
  if (said != nullptr) {
    std::fflush(stderr);
    if (kept >= 0) {
      dup2(kept, STDERR_FILENO);
      close(kept);
    }
    std::rewind(said);
    char bytes[4096];
    for (size_t n; (n = std::fread(bytes, 1, sizeof bytes, said)) > 0;) text.append(bytes, n);
    std::fclose(said);
    said = nullptr;
  }
  napi_value result = nullptr;
  napi_create_string_utf8(env, text.data(), text.size(), &result);
  return result;
}

napi_value start(napi_env env, napi_value exports) {
  napi_value function = nullptr;
  napi_create_function(env, "begin", NAPI_AUTO_LENGTH, begin, nullptr, &function);
  napi_set_named_property(env, exports, "begin", function);
  napi_create_function(env, "end", NAPI_AUTO_LENGTH, end, nullptr, &function);
  napi_set_named_property(env, exports, "end", function);
  return exports;
}

}  // namespace

NAPI_MODULE(hush, start)
