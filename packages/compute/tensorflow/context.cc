#include "context.h"

#undef TFE_NewContextOptions

#include <cstdio>
#include <cstdlib>
#include <string>

// The options come as the bytes of a ConfigProto, in hexadecimal, in SLUICE_TENSORFLOW_CONFIG: nothing else reaches a module while it
// is being loaded. Bytes that TensorFlow does not take are told and left out, since the binding goes on without a context.
TFE_ContextOptions *sluice_new_context_options() {
  TFE_ContextOptions *options = TFE_NewContextOptions();
  const char *hex = std::getenv("SLUICE_TENSORFLOW_CONFIG");
  if (hex == nullptr) return options;
  std::string bytes;
  for (; hex[0] != '\0' && hex[1] != '\0'; hex += 2) {
    const char pair[] = {hex[0], hex[1], '\0'};
    bytes.push_back(static_cast<char>(std::strtoul(pair, nullptr, 16)));
  }
  TF_Status *status = TF_NewStatus();
  TFE_ContextOptionsSetConfig(options, bytes.data(), bytes.size(), status);
  if (TF_GetCode(status) != TF_OK) std::fprintf(stderr, "SLUICE_TENSORFLOW_CONFIG: %s\n", TF_Message(status));
  TF_DeleteStatus(status);
  return options;
}
