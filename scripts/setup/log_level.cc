// Compiled into the addon: what TensorFlow says on standard error.
//
// The level. TensorFlow 2.21 logs while its first library is being loaded, before it has read TF_CPP_MIN_LOG_LEVEL, so
// that every process begins with a notice about oneDNN whatever the level. This applies the level earlier: the addon is
// linked with -z initfirst, by which its constructors run before those of the libraries that it is loaded with. The
// level means what TensorFlow says it means, and errors stay.
//
// One error that is none. On a machine without an NVIDIA card, TensorFlow's CUDA build reports in every process that
// cuInit failed. That is left out where no card's device file exists, unless the level asks for more than errors: a
// driver that fails a card is still reported, and so is why there is no GPU, to whoever asks (`npm run doctor`).

#include <dirent.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

// A TensorFlow that logs by other means, or ships no headers of Abseil, is left as it is.
#if __has_include("absl/log/globals.h") && __has_include("absl/log/internal/globals.h")
#include "absl/log/globals.h"
#include "absl/log/internal/globals.h"

// Cards are nvidia0 and so on; under WSL, dxg stands for them all.
static bool HasCard() {
  DIR* devices = opendir("/dev");
  if (devices == nullptr) return true;
  bool found = false;
  while (const dirent* entry = readdir(devices)) {
    if (strncmp(entry->d_name, "nvidia", 6) == 0 || strcmp(entry->d_name, "dxg") == 0) found = true;
  }
  closedir(devices);
  return found;
}

namespace absl {
ABSL_NAMESPACE_BEGIN
__attribute__((weak)) void SetMinLogLevel(absl::LogSeverityAtLeast severity);
__attribute__((weak)) absl::LogSeverityAtLeast MinLogLevel();

namespace log_internal {
// Every message that Abseil writes to standard error passes through this function. The libraries look it up by name,
// first in the addon that they are loaded with, and so find this one, which also keeps to the level where Abseil does
// not (in its remark on messages before its own initialisation).
void WriteToStderr(absl::string_view message, absl::LogSeverity severity) {
  if (absl::MinLogLevel != nullptr) {
    const absl::LogSeverityAtLeast least = absl::MinLogLevel();
    if (severity < least) return;
    const bool errorsOnly = least >= absl::LogSeverityAtLeast::kError;
    if (errorsOnly && message.find("failed call to cuInit") != absl::string_view::npos && !HasCard()) return;
  }
  std::fwrite(message.data(), 1, message.size(), stderr);
}
}  // namespace log_internal
ABSL_NAMESPACE_END
}  // namespace absl

__attribute__((constructor)) static void ApplyLogLevel() {
  const char* level = std::getenv("TF_CPP_MIN_LOG_LEVEL");
  if (level == nullptr || absl::SetMinLogLevel == nullptr) return;
  absl::SetMinLogLevel(static_cast<absl::LogSeverityAtLeast>(std::atoi(level)));
}
#endif
