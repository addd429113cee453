// Compiled into the addon. TensorFlow 2.21 logs while its first library is being loaded, before it has read
// TF_CPP_MIN_LOG_LEVEL, so that every process begins with a notice about oneDNN whatever the level. This applies the
// level earlier: the addon is linked with -z initfirst, by which its constructors run before those of the libraries
// that it is loaded with. Nothing else changes: the level means what TensorFlow says it means, and errors stay.

#include <cstdlib>

// A TensorFlow that logs by other means, or ships no headers of Abseil, is left as it is.
#if __has_include("absl/log/globals.h")
#include "absl/log/globals.h"

namespace absl {
ABSL_NAMESPACE_BEGIN
__attribute__((weak)) void SetMinLogLevel(absl::LogSeverityAtLeast severity);
ABSL_NAMESPACE_END
}  // namespace absl

__attribute__((constructor)) static void ApplyLogLevel() {
  const char* level = std::getenv("TF_CPP_MIN_LOG_LEVEL");
  if (level == nullptr || absl::SetMinLogLevel == nullptr) return;
  absl::SetMinLogLevel(static_cast<absl::LogSeverityAtLeast>(std::atoi(level)));
}
#endif
