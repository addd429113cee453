// Compiled into the addon, ahead of its sources. tfjs-node loads every graph with TensorFlow's default options of a
// session. Here a graph may bring its own: where its folder has a file session_config.pb, a serialized ConfigProto
// (lib/graph/session-options.ts writes it), the session is made with it. The file is removed once it is applied, by
// which the caller knows that this addon reads it. Every other folder is loaded as before.

#include <cstdio>
#include <string>

#include "tensorflow/c/c_api.h"

static inline TF_Session* TF_LoadConfiguredSession(const TF_SessionOptions* options, const TF_Buffer* run_options,
                                                   const char* folder, const char* const* tags, int tags_len,
                                                   TF_Graph* graph, TF_Buffer* meta_graph, TF_Status* status) {
  const std::string path = std::string(folder) + "/session_config.pb";
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) {
    return TF_LoadSessionFromSavedModel(options, run_options, folder, tags, tags_len, graph, meta_graph, status);
  }
  std::string config;
  char part[4096];
  for (size_t count; (count = std::fread(part, 1, sizeof part, file)) > 0;) config.append(part, count);
  std::fclose(file);

  TF_SessionOptions* configured = TF_NewSessionOptions();
  TF_SetConfig(configured, config.data(), config.size(), status);
  TF_Session* session = nullptr;
  if (TF_GetCode(status) == TF_OK) {
    std::remove(path.c_str());
    session = TF_LoadSessionFromSavedModel(configured, run_options, folder, tags, tags_len, graph, meta_graph, status);
  }
  TF_DeleteSessionOptions(configured);
  return session;
}

#define TF_LoadSessionFromSavedModel TF_LoadConfiguredSession
