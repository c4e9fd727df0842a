#include "call.h"

#include <cmath>
#include <new>

namespace sluice {

namespace {
const char* typeName(napi_typedarray_type type) {
  switch (type) {
    case napi_float32_array: return "Float32Array";
    case napi_float64_array: return "Float64Array";
    case napi_int32_array: return "Int32Array";
    case napi_uint16_array: return "Uint16Array";
    case napi_int8_array: return "Int8Array";
    case napi_uint8_array: return "Uint8Array";
    case napi_uint8_clamped_array: return "Uint8ClampedArray";
    case napi_int16_array: return "Int16Array";
    case napi_uint32_array: return "Uint32Array";
    default: return "BigInt64Array";
  }
}
}  // namespace

Call::Call(napi_env env, napi_callback_info info, const char* name) : env_(env), name_(name) {
  if (napi_get_cb_info(env, info, &count_, arguments_, nullptr, nullptr) != napi_ok) fail("the arguments cannot be read");
  void* data = nullptr;
  if (napi_get_instance_data(env, &data) != napi_ok || !data) fail("the addon has been unloaded");
  instance_ = static_cast<Instance*>(data);
  readLists();
}

void Call::readLists() {
  for (size_t index = 0; index < lists && index < count_; index++) {
    bool isArray = false;
    uint32_t count = 0;
    if (napi_is_array(env_, arguments_[index], &isArray) != napi_ok || !isArray) continue;
    if (napi_get_array_length(env_, arguments_[index], &count) != napi_ok) fail("the arguments cannot be read");
    for (uint32_t i = 0; i < count; i++) {
      napi_value value = nullptr;
      bool typed = false;
      // What a getter throws is what the caller gets.
      if (napi_get_element(env_, arguments_[index], i, &value) != napi_ok) fail("the arguments cannot be read");
      elements_[index].push_back(value);
      // list() refuses it; what follows may be four thousand million holes.
      if (napi_is_typedarray(env_, value, &typed) != napi_ok || !typed) break;
    }
  }
}

void Call::fail(const std::string& what, bool range) const { throw CallError{std::string(name_) + ": " + what, range}; }

bool Call::absent(size_t index) const {
  if (index >= count_) return true;
  napi_valuetype type;
  if (napi_typeof(env_, arguments_[index], &type) != napi_ok) return true;
  return type == napi_undefined || type == napi_null;
}

bool Call::flag(size_t index, const char* name) const {
  bool value = false;
  if (index >= count_ || napi_get_value_bool(env_, arguments_[index], &value) != napi_ok) {
    fail(std::string(name) + " must be a boolean");
  }
  return value;
}

double Call::number(size_t index, const char* name) const {
  double value = 0;
  if (index >= count_ || napi_get_value_double(env_, arguments_[index], &value) != napi_ok) {
    fail(std::string(name) + " must be a number");
  }
  return value;
}

int64_t Call::size(size_t index, const char* name, int64_t least) const {
  const double value = number(index, name);
  if (!(value >= static_cast<double>(least)) || value > 2147483647.0 || value != std::floor(value)) {
    fail(std::string(name) + " must be a whole number from " + std::to_string(least) + " to 2147483647", true);
  }
  return static_cast<int64_t>(value);
}

std::string Call::text(size_t index, const char* name) const {
  char buffer[64];
  size_t length = 0;
  if (index >= count_ || napi_get_value_string_utf8(env_, arguments_[index], buffer, sizeof buffer, &length) != napi_ok) {
    fail(std::string(name) + " must be a string");
  }
  return std::string(buffer, length);
}

const PrecisionKernels& Call::kernels(size_t index, bool* bf16) const {
  const bool asked = flag(index, "bf16");
  if (asked && !table().hasBf16) fail(std::string("the instruction set ") + table().name + " has no bfloat16 products");
  if (bf16) *bf16 = asked;
  return asked ? table().bf16 : table().f32;
}

Call::View Call::view(napi_value value, const std::string& name) const {
  bool typed = false;
  if (napi_is_typedarray(env_, value, &typed) != napi_ok || !typed) fail(name + " must be a typed array");
  View view{};
  if (napi_get_typedarray_info(env_, value, &view.type, &view.length, &view.data, &view.buffer, nullptr) != napi_ok) {
    fail(name + " cannot be read");
  }
  bool detached = false;
  if (view.buffer && napi_is_detached_arraybuffer(env_, view.buffer, &detached) == napi_ok && detached) {
    fail(name + " is detached: its buffer has been transferred");
  }
  return view;
}

Call::View Call::argument(size_t index, const char* name) const {
  if (index >= count_) fail(std::string(name) + " is missing");
  return view(arguments_[index], name);
}

void Call::expectLength(const View& view, const std::string& name, int64_t length) const {
  if (static_cast<int64_t>(view.length) < length || (length > 0 && !view.data)) {
    fail(name + " has " + std::to_string(view.length) + " elements, not " + std::to_string(length), true);
  }
}

Array Call::array(size_t index, const char* name, int64_t length) const {
  const View found = argument(index, name);
  if (found.type != napi_float32_array && found.type != napi_uint16_array) {
    fail(std::string(name) + " must be a Float32Array or a Uint16Array of bfloat16, not a " + typeName(found.type));
  }
  expectLength(found, name, length);
  return {found.data, found.type == napi_float32_array ? Type::f32 : Type::bf16};
}

Array Call::arrayOrNull(size_t index, const char* name, int64_t length) const {
  return absent(index) ? Array{} : array(index, name, length);
}

Array Call::arrayOf(Type type, size_t index, const char* name, int64_t length) const {
  const Array found = array(index, name, length);
  if (found.type != type) {
    fail(std::string(name) + (type == Type::bf16 ? " must be a Uint16Array of bfloat16, not a Float32Array"
                                                 : " must be a Float32Array, not a Uint16Array"));
  }
  return found;
}

Array Call::arrayOfOrNull(Type type, size_t index, const char* name, int64_t length) const {
  return absent(index) ? Array{nullptr, type} : arrayOf(type, index, name, length);
}

float* Call::floats(size_t index, const char* name, int64_t length) const {
  const View found = argument(index, name);
  if (found.type != napi_float32_array) fail(std::string(name) + " must be a Float32Array, not a " + typeName(found.type));
  expectLength(found, name, length);
  return static_cast<float*>(found.data);
}

float* Call::floatsOrNull(size_t index, const char* name, int64_t length) const {
  return absent(index) ? nullptr : floats(index, name, length);
}

double* Call::doubles(size_t index, const char* name, int64_t length) const {
  const View found = argument(index, name);
  if (found.type != napi_float64_array) fail(std::string(name) + " must be a Float64Array, not a " + typeName(found.type));
  expectLength(found, name, length);
  return static_cast<double*>(found.data);
}

const int32_t* Call::indices(size_t index, const char* name, int64_t length, int64_t bound) const {
  const View found = argument(index, name);
  if (found.type != napi_int32_array) fail(std::string(name) + " must be an Int32Array, not a " + typeName(found.type));
  expectLength(found, name, length);
  bool own = false;
  if (napi_is_arraybuffer(env_, found.buffer, &own) != napi_ok || !own) {
    fail(std::string(name) + " lies in shared memory, where it could change after it has been checked");
  }
  const int32_t* values = static_cast<const int32_t*>(found.data);
  for (int64_t i = 0; i < length; i++) {
    if (values[i] < 0 || values[i] >= bound) {
      fail(std::string(name) + "[" + std::to_string(i) + "] is " + std::to_string(values[i]) + ", outside [0, " +
               std::to_string(bound) + ")", true);
    }
  }
  return values;
}

Random Call::random(size_t index, const char* name) const {
  const double* words = doubles(index, name, 5);
  for (int i = 0; i < 4; i++) {
    if (!(words[i] >= 0 && words[i] <= 4294967295.0)) fail(std::string(name) + " must hold 32-bit words", true);
  }
  if (!(words[4] >= 0 && words[4] <= 9007199254740991.0)) fail(std::string(name) + " has an offset beyond 2^53", true);
  Random random;
  random.key[0] = static_cast<uint32_t>(words[0]);
  random.key[1] = static_cast<uint32_t>(words[1]);
  random.name[0] = static_cast<uint32_t>(words[2]);
  random.name[1] = static_cast<uint32_t>(words[3]);
  random.offset = static_cast<uint64_t>(words[4]);
  return random;
}

std::vector<float*> Call::list(size_t index, const char* name, std::vector<int64_t>& lengths) const {
  bool isArray = false;
  if (index >= count_ || index >= lists || napi_is_array(env_, arguments_[index], &isArray) != napi_ok || !isArray) {
    fail(std::string(name) + " must be an array of Float32Arrays");
  }
  const std::vector<napi_value>& elements = elements_[index];
  std::vector<float*> data(elements.size());
  lengths.resize(elements.size());
  for (size_t i = 0; i < elements.size(); i++) {
    const std::string element = std::string(name) + "[" + std::to_string(i) + "]";
    const View found = view(elements[i], element);
    if (found.type != napi_float32_array) fail(element + " must be a Float32Array, not a " + typeName(found.type));
    data[i] = static_cast<float*>(found.data);
    lengths[i] = static_cast<int64_t>(found.length);
  }
  return data;
}

void Call::result(double value) { napi_create_double(env_, value, &result_); }

int64_t product(const Call& call, std::initializer_list<int64_t> sizes) {
  int64_t total = 1;
  for (const int64_t size : sizes) {
    if (size != 0 && total > (int64_t{1} << 46) / size) call.fail("the sizes are beyond any memory", true);
    total *= size;
  }
  return total;
}

void exportFunction(napi_env env, napi_value exports, const char* name, napi_callback callback) {
  napi_value function = nullptr;
  if (napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, nullptr, &function) == napi_ok) {
    napi_set_named_property(env, exports, name, function);
  }
}

napi_value guarded(napi_env env, napi_callback_info info, const char* name, void (*body)(Call&)) {
  try {
    Call call(env, info, name);
    body(call);
    return call.result();
  } catch (const CallError& error) {
    if (error.range) napi_throw_range_error(env, nullptr, error.message.c_str());
    else napi_throw_type_error(env, nullptr, error.message.c_str());
  } catch (const std::bad_alloc&) {
    napi_throw_error(env, nullptr, (std::string(name) + ": out of memory").c_str());
  } catch (const std::exception& error) {
    napi_throw_error(env, nullptr, (std::string(name) + ": " + error.what()).c_str());
  }
  return nullptr;
}

}  // namespace sluice
