// Compiled into the addon, ahead of its sources. tfjs-node gives TensorFlow the memory of JavaScript's arrays and lets
// go of them in the callback that TensorFlow makes when a tensor's last reference is gone. A session's worker threads
// may hold that last reference for a moment after a run has returned; the callback then comes from one of them, and
// Node-API's list of references, which belongs to the main thread, is corrupted now and then: the process dies later
// and elsewhere. A tensor with memory of its own needs no callback, for one copy, which TensorFlow makes by itself where
// an array is not aligned as it wants.

#include <cstring>

#include "tensorflow/c/c_api.h"

static inline TF_Tensor* TF_NewCopiedTensor(TF_DataType dtype, const int64_t* dims, int num_dims, void* data,
                                            size_t length, void (*deallocator)(void*, size_t, void*), void* arg) {
  TF_Tensor* tensor = TF_AllocateTensor(dtype, dims, num_dims, length);
  if (tensor == nullptr) return nullptr;
  if (length > 0) std::memcpy(TF_TensorData(tensor), data, length);
  deallocator(data, length, arg);
  return tensor;
}

#define TF_NewTensor TF_NewCopiedTensor
