// Checks of what JavaScript hands in. The first fault is thrown as a TypeError or RangeError with `code` "ERR_ISOTHERM_ARGUMENT" and
// `argument`, the name of what was wrong; every reader after it does nothing, so a caller asks once, at the end.

#pragma once

#include <napi.h>

#include <cmath>
#include <string>

namespace isotherm {

class Arguments {
 public:
  explicit Arguments(Napi::Env env) : env_(env) {}

  bool failed() const { return failed_; }

  void fail_type(const std::string& name, const std::string& wanted) {
    fault(Napi::TypeError::New(env_, name + " must be " + wanted), name);
  }
  void fail_range(const std::string& name, const std::string& wanted) {
    fault(Napi::RangeError::New(env_, name + " must be " + wanted), name);
  }

  Napi::Object object(const Napi::Value& value, const std::string& name) {
    if (failed_) return Napi::Object::New(env_);
    if (value.IsObject()) return value.As<Napi::Object>();
    fail_type(name, "an object");
    return Napi::Object::New(env_);
  }

  double number(const Napi::Value& value, const std::string& name, double least, double most) {
    if (failed_) return least;
    if (!value.IsNumber()) {
      fail_type(name, "a number");
      return least;
    }
    const double found = value.As<Napi::Number>().DoubleValue();
    if (found >= least && found <= most) return found;
    fail_range(name, "a number of " + text(least) + " to " + text(most));
    return least;
  }

  int64_t integer(const Napi::Value& value, const std::string& name, int64_t least, int64_t most) {
    const double found = number(value, name, static_cast<double>(least), static_cast<double>(most));
    if (failed_ || std::floor(found) == found) return static_cast<int64_t>(found);
    fail_range(name, "a whole number");
    return least;
  }

  bool boolean(const Napi::Value& value, const std::string& name) {
    if (failed_) return false;
    if (value.IsBoolean()) return value.As<Napi::Boolean>().Value();
    fail_type(name, "true or false");
    return false;
  }

  /** Index of a text in a list of the allowed ones. */
  template <size_t N>
  size_t choice(const Napi::Value& value, const std::string& name, const char* const (&allowed)[N]) {
    if (failed_) return 0;
    const std::string found = value.IsString() ? value.As<Napi::String>().Utf8Value() : std::string();
    std::string list;
    for (size_t i = 0; i < N; ++i) {
      if (found == allowed[i]) return i;
      list += (i == 0 ? "" : ", ") + std::string(allowed[i]);
    }
    fail_type(name, "one of " + list);
    return 0;
  }

  /** Property of an object that was checked; a getter that throws is a fault. */
  Napi::Value get(const Napi::Object& from, const char* name) {
    if (failed_) return env_.Undefined();
    const Napi::Value found = from.Get(name);
    if (!env_.IsExceptionPending()) return found;
    failed_ = true;
    return env_.Undefined();
  }

 private:
  template <typename E>
  void fault(E error, const std::string& name) {
    if (failed_) return;
    failed_ = true;
    error.Set("code", Napi::String::New(env_, "ERR_ISOTHERM_ARGUMENT"));
    error.Set("argument", Napi::String::New(env_, name));
    error.ThrowAsJavaScriptException();
  }

  static std::string text(double value) {
    return std::floor(value) == value && std::fabs(value) < 1e15 ? std::to_string(static_cast<int64_t>(value))
                                                                 : std::to_string(value);
  }

  Napi::Env env_;
  bool failed_ = false;
};

}  // namespace isotherm
