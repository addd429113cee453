// Places a graph as TensorFlow's session would on a machine with one GPU, and says which tensors it would copy between
// the host and the card. The GPU is a stand-in that computes nothing: placer, Grappler and partitioning are TensorFlow's
// own, and need the kernels of its build with CUDA, but no card.
//
//   gpu-placement SIGNATURE saved_model.pb...
//
// Prints for each graph lines of four words: the stage (`placed`, or `optimised` by Grappler), `device` or `host` for
// where a tensor is copied to, or `cpu` for a node that runs there; a name; and a number to tell the graphs apart.

#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tensorflow/core/common_runtime/device.h"
#include "tensorflow/core/common_runtime/device_factory.h"
#include "tensorflow/core/common_runtime/device_set.h"
#include "tensorflow/core/common_runtime/graph_constructor.h"
#include "tensorflow/core/common_runtime/memory_types.h"
#include "tensorflow/core/common_runtime/placer.h"
#include "tensorflow/core/framework/graph_def_util.h"
#include "tensorflow/core/graph/graph_partition.h"
#include "tensorflow/core/graph/subgraph.h"
#include "tensorflow/core/grappler/clusters/virtual_cluster.h"
#include "tensorflow/core/grappler/grappler_item.h"
#include "tensorflow/core/grappler/optimizers/meta_optimizer.h"
#include "tensorflow/core/protobuf/saved_model.pb.h"
#include "tensorflow/core/public/session_options.h"

using namespace tensorflow;

const char* const kTask = "/job:localhost/replica:0/task:0";
const int kOpenSize = 128;

class StandIn : public Device {
 public:
  using Device::Device;
  absl::Status Sync() override { return absl::OkStatus(); }
  Allocator* GetAllocator(AllocatorAttributes) override { return cpu_allocator(); }
};

void Check(const absl::Status& status, const char* what) {
  if (status.ok()) return;
  std::cerr << what << ": " << status << "\n";
  std::exit(1);
}

struct Devices {
  std::vector<std::unique_ptr<Device>> own;
  DeviceSet set;

  Devices() {
    Check(DeviceFactory::GetFactory("CPU")->CreateDevices(SessionOptions(), kTask, &own), "the CPU");
    DeviceAttributes gpu = Device::BuildDeviceAttributes(std::string(kTask) + "/device:GPU:0", DeviceType("GPU"),
                                                         Bytes(16ull << 30), DeviceLocality(), "stand-in");
    own.emplace_back(new StandIn(Env::Default(), gpu));
    for (auto& device : own) set.AddDevice(device.get());
    set.set_client_device(own[0].get());
  }
};

std::string SourceOf(const Node* transfer) {
  std::string name;
  Check(GetNodeAttr(transfer->attrs(), "tensor_name", &name), "a transfer's name");
  // "edge_", the edge's number, "_", and the name of the node.
  return name.substr(name.find('_', 5) + 1);
}

/** Splits the graph between the devices, and prints what goes from one to the other. */
void Tell(const std::string& stage, int number, const GraphDef& def, const std::vector<std::string>& feeds,
          const std::vector<std::string>& fetches, Devices& devices) {
  GraphConstructorOptions constructing;
  constructing.add_default_attributes = true;
  Graph graph(OpRegistry::Global());
  Check(ConvertGraphDefToGraph(constructing, def, &graph), "the graph");
  FunctionLibraryDefinition library(OpRegistry::Global(), def.library());
  const DeviceAttributes& client = devices.own[0]->attributes();
  std::vector<std::unique_ptr<subgraph::PruneRewrite>> ins, outs;
  for (size_t i = 0; i < feeds.size(); i++) ins.emplace_back(new subgraph::ArgFeedRewrite(&feeds[i], &client, i));
  for (size_t i = 0; i < fetches.size(); i++) outs.emplace_back(new subgraph::RetvalFetchRewrite(&fetches[i], &client, i));
  subgraph::RewriteGraphMetadata metadata;
  Check(subgraph::RewriteGraphForExecution(&graph, ins, outs, {}, &metadata), "feeds and fetches");
  Check(Placer(&graph, "", &library, &devices.set, nullptr, false, false).Run(), "the placer");

  PartitionOptions options;
  int64_t names = 0;
  options.node_to_loc = [](const Node* node) { return node->assigned_device_name(); };
  options.new_name = [&](const std::string& prefix) { return prefix + "/_" + std::to_string(names++); };
  options.get_incarnation = [](const std::string&) { return 1ull; };
  options.flib_def = &library;
  options.control_flow_added = false;
  options.scheduling_for_recvs = false;
  options.need_to_record_start_times = false;
  std::unordered_map<std::string, GraphDef> parts;
  Check(Partition(options, &graph, &parts), "the partition");
  for (auto& [device, part] : parts) {
    const bool is_gpu = device.find("GPU") != std::string::npos;
    Graph partial(OpRegistry::Global());
    GraphConstructorOptions internal;
    internal.allow_internal_ops = true;
    internal.expect_device_spec = true;
    Check(ConvertGraphDefToGraph(internal, part, &partial), "a part");
    Check(EnsureMemoryTypes(DeviceType(is_gpu ? "GPU" : "CPU"), device, &partial), "memory");
    for (const Node* node : partial.op_nodes()) {
      const std::string& op = node->type_string();
      const bool is_transfer = node->IsSend() || node->IsRecv();
      // What is sent to or from the host's memory has ops of its own: _HostSend, _HostRecv.
      if (is_gpu && op == "_Recv") std::cout << stage << " device " << SourceOf(node) << " " << number << "\n";
      if (is_gpu && op == "_Send") std::cout << stage << " host " << SourceOf(node) << " " << number << "\n";
      if (!is_gpu && !is_transfer && !node->IsArg() && !node->IsRetval() && !node->IsControlFlow() && op != "NoOp") {
        std::cout << stage << " cpu " << node->name() << " " << number << "\n";
      }
    }
  }
}

GraphDef Placed(const MetaGraphDef& meta, Devices& devices) {
  GraphDef def = meta.graph_def();
  Check(AddDefaultAttrsToGraphDef(&def, *OpRegistry::Global(), 0, true), "default attributes");
  Graph graph(OpRegistry::Global());
  GraphConstructorOptions constructing;
  constructing.add_default_attributes = true;
  Check(ConvertGraphDefToGraph(constructing, def, &graph), "the graph");
  FunctionLibraryDefinition library(OpRegistry::Global(), def.library());
  Check(Placer(&graph, "", &library, &devices.set, nullptr, false, false).Run(), "the placer");
  GraphDef placed;
  graph.ToGraphDef(&placed);
  return placed;
}

GraphDef Optimised(const GraphDef& placed, const SignatureDef& signature, const std::vector<std::string>& fetches,
                   Devices& devices) {
  grappler::GrapplerItem item;
  item.id = "graph";
  item.graph = placed;
  item.fetch = fetches;
  for (auto& [key, info] : std::map<std::string, TensorInfo>(signature.inputs().begin(), signature.inputs().end())) {
    TensorShape shape;
    for (auto& dim : info.tensor_shape().dim()) shape.AddDim(dim.size() < 0 ? kOpenSize : dim.size());
    item.feed.emplace_back(info.name(), Tensor(info.dtype(), shape));
  }
  DeviceProperties cpu, gpu;
  cpu.set_type("CPU");
  cpu.set_num_cores(8);
  cpu.set_frequency(3000);
  gpu.set_type("GPU");
  gpu.set_vendor("NVIDIA");
  gpu.set_num_cores(100);
  gpu.set_frequency(1500);
  gpu.set_memory_size(16ull << 30);
  (*gpu.mutable_environment())["architecture"] = "8.0";
  (*gpu.mutable_environment())["cudnn"] = "90000";
  grappler::VirtualCluster cluster({{std::string(kTask) + "/device:CPU:0", cpu}, {std::string(kTask) + "/device:GPU:0", gpu}});
  GraphDef optimised;
  Check(grappler::RunMetaOptimizer(std::move(item), ConfigProto(), devices.own[0].get(), &cluster, &optimised), "Grappler");
  return optimised;
}

int main(int argc, char** argv) {
  Devices devices;
  for (int i = 2; i < argc; i++) {
    SavedModel model;
    std::ifstream file(argv[i], std::ios::binary);
    if (!model.ParseFromIstream(&file)) Check(absl::NotFoundError(argv[i]), "the file");
    const MetaGraphDef& meta = model.meta_graphs(0);
    const SignatureDef& signature = meta.signature_def().at(argv[1]);
    std::vector<std::string> feeds, fetches;
    for (auto& [key, info] : std::map<std::string, TensorInfo>(signature.inputs().begin(), signature.inputs().end())) {
      feeds.push_back(info.name());
    }
    for (auto& [key, info] : std::map<std::string, TensorInfo>(signature.outputs().begin(), signature.outputs().end())) {
      fetches.push_back(info.name());
    }
    const GraphDef placed = Placed(meta, devices);
    Tell("placed", i - 2, placed, feeds, fetches, devices);
    Tell("optimised", i - 2, Optimised(placed, signature, fetches, devices), feeds, fetches, devices);
  }
}
