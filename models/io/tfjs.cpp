#include "models/io/tfjs.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>

#include "models/io/half.h"
#include "models/io/json.h"

namespace continuo::io {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::size_t kShard = 4u << 20;
constexpr std::int64_t kMostElements = std::int64_t{1} << 31;

std::string read_whole(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in)
    throw Error(file.string() +
                ": there is no such file; a checkpoint of TensorFlow.js is a folder with config.json, "
                "weights_manifest.json and its shards");
  return {std::istreambuf_iterator<char>(in), {}};
}

struct Stored {
  std::string dtype = "float32";
  double scale = 1, min = 0;
  [[nodiscard]] std::size_t bytes() const {
    return dtype == "uint8" ? 1 : dtype == "float32" || dtype == "int32" ? 4 : 2;
  }
};

Stored stored(const json& weight, const std::string& where) {
  Stored out;
  const std::string dtype = weight.value("dtype", "");
  if (dtype != "float32" && dtype != "int32")
    throw Error(where + ": its dtype is \"" + dtype + "\": expected float32 or int32");
  out.dtype = dtype;
  if (!weight.contains("quantization")) return out;
  const json& quantised = weight["quantization"];
  out.dtype = quantised.is_object() ? quantised.value("dtype", "") : "";
  if (out.dtype != "uint8" && out.dtype != "uint16" && out.dtype != "float16")
    throw Error(where + ": it is quantised to \"" + out.dtype + "\": expected uint8, uint16 or float16");
  if (out.dtype == "float16") return out;
  if (!quantised.value("scale", json()).is_number() || !quantised.value("min", json()).is_number())
    throw Error(where + ": its quantization has no \"scale\" and \"min\"");
  out.scale = quantised["scale"].get<double>(), out.min = quantised["min"].get<double>();
  return out;
}

template <typename T>
T at(const char* bytes, std::size_t i) {
  T value;
  std::memcpy(&value, bytes + i * sizeof(T), sizeof(T));
  return value;
}

float value(const Stored& as, const char* bytes, std::size_t i) {
  if (as.dtype == "float32") return at<float>(bytes, i);
  if (as.dtype == "int32") return static_cast<float>(at<std::int32_t>(bytes, i));
  if (as.dtype == "float16") return half_to_float(at<std::uint16_t>(bytes, i));
  const double q = as.dtype == "uint8" ? at<std::uint8_t>(bytes, i) : at<std::uint16_t>(bytes, i);
  return static_cast<float>(q * as.scale + as.min);
}

void read_group(const fs::path& folder, const json& group, const std::string& where, Tfjs& out) {
  const json paths = group.is_object() ? group.value("paths", json()) : json();
  const json weights = group.is_object() ? group.value("weights", json()) : json();
  if (!paths.is_array() || !weights.is_array()) throw Error(where + ": expected \"paths\" and \"weights\"");
  std::string bytes;
  for (const json& path : paths) {
    if (!path.is_string() || path.get<std::string>().find("..") != std::string::npos)
      throw Error(where + ": the shard " + path.dump() + " is no name within the folder");
    bytes += read_whole(folder / path.get<std::string>());
  }
  std::size_t from = 0;
  for (const json& weight : weights) {
    const std::string name = weight.is_object() ? weight.value("name", "") : "";
    const std::string here = where + ": weight \"" + name + "\"";
    if (name.empty() || !weight.value("shape", json()).is_array())
      throw Error(here + ": expected a name and a shape");
    TfjsWeights made;
    std::int64_t count = 1;
    for (const json& size : weight["shape"]) {
      if (!size.is_number_integer() || size.get<std::int64_t>() < 1 ||
          count > kMostElements / size.get<std::int64_t>())
        throw Error(here + ": its shape is " + weight["shape"].dump());
      made.shape.push_back(size.get<std::int64_t>());
      count *= made.shape.back();
    }
    const Stored as = stored(weight, here);
    const std::size_t size = static_cast<std::size_t>(count) * as.bytes();
    if (size > bytes.size() - from) {
      throw Error(here + ": the shards end before it: they hold " + std::to_string(bytes.size()) +
                  " bytes, and it needs those up to " + std::to_string(from + size));
    }
    made.values.resize(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < made.values.size(); ++i) {
      made.values[i] = value(as, bytes.data() + from, i);
      if (!std::isfinite(made.values[i]))
        throw Error(here + ": element " + std::to_string(i) + " is not finite");
    }
    from += size;
    if (!out.weights.emplace(name, std::move(made)).second) throw Error(here + ": it is there twice");
  }
  if (from != bytes.size()) {
    throw Error(where + ": its shards hold " + std::to_string(bytes.size()) + " bytes, its weights " +
                std::to_string(from));
  }
}

}  // namespace

const std::vector<float>& Tfjs::floats(const std::string& name,
                                       const std::vector<std::int64_t>& shape) const {
  const auto found = weights.find(name);
  if (found == weights.end()) throw Error("the checkpoint has no weights \"" + name + "\"");
  if (found->second.shape != shape) {
    const auto text = [](const std::vector<std::int64_t>& s) { return json(s).dump(); };
    throw Error("the checkpoint's \"" + name + "\" is " + text(found->second.shape) + ": expected " +
                text(shape));
  }
  return found->second.values;
}

Tfjs read_tfjs(const fs::path& folder) {
  Tfjs out;
  out.config = read_whole(folder / "config.json");
  const fs::path file = folder / "weights_manifest.json";
  const json manifest = parse_json(read_whole(file), file.string());
  if (!manifest.is_array() || manifest.empty()) throw Error(file.string() + ": expected a list of groups");
  for (std::size_t g = 0; g < manifest.size(); ++g)
    read_group(folder, manifest[g], file.string() + ": group " + std::to_string(g), out);
  return out;
}

void write_tfjs(const fs::path& folder, const Tfjs& checkpoint) {
  std::string bytes;
  json weights = json::array();
  for (const auto& [name, weight] : checkpoint.weights) {
    weights.push_back({{"name", name}, {"shape", weight.shape}, {"dtype", "float32"}});
    bytes.append(reinterpret_cast<const char*>(weight.values.data()), weight.values.size() * sizeof(float));
  }
  const std::size_t count = std::max<std::size_t>(1, (bytes.size() + kShard - 1) / kShard);
  fs::create_directories(folder);
  const auto write = [&](const std::string& name, const std::string& text) {
    std::ofstream out(folder / name, std::ios::binary);
    if (!out.write(text.data(), static_cast<std::streamsize>(text.size())).flush())
      throw Error((folder / name).string() + ": it cannot be written");
  };
  json paths = json::array();
  for (std::size_t i = 0; i < count; ++i) {
    paths.push_back("group1-shard" + std::to_string(i + 1) + "of" + std::to_string(count));
    write(paths.back(), bytes.substr(i * kShard, kShard));
  }
  write("weights_manifest.json", json::array({{{"paths", paths}, {"weights", weights}}}).dump());
  write("config.json", checkpoint.config);
}

}  // namespace continuo::io
