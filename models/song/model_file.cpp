// Writing a song model.
#include "models/song/model_file.h"

namespace continuo::song {

void write_model(const std::filesystem::path& file, NoteTier notes, FrameTier frames, const Config& config,
                 bool exact) {
  io::SafetensorsWriter writer;
  writer.set_metadata("config", to_json(config));
  const auto add = [&](const std::string& name, const torch::Tensor& tensor) {
    const torch::Tensor t = tensor.detach().contiguous().to(torch::kFloat32);
    const std::span<const float> values{t.data_ptr<float>(), static_cast<std::size_t>(t.numel())};
    const std::vector<std::int64_t> shape(t.sizes().begin(), t.sizes().end());
    exact ? writer.add_f32(name, shape, values) : writer.add_f16(name, shape, values);
  };
  const auto linear = [&](const std::string& name, const torch::nn::Linear& layer) {
    add(name + ".weight", layer->weight);
    add(name + ".bias", layer->bias);
  };
  const auto gru = [&](const std::string& name, const Gru& layer) {
    add(name + ".weight_ih", layer->weight_ih);
    add(name + ".weight_hh", layer->weight_hh);
    add(name + ".bias_ih", layer->bias_ih);
    add(name + ".bias_hh", layer->bias_hh);
  };
  gru("note.gru", notes->gru);
  linear("note.technique", notes->technique_out);
  linear("note.interval.hidden", notes->interval_hidden);
  linear("note.interval.out", notes->interval_out);
  linear("note.length.hidden", notes->length_hidden);
  linear("note.length.out", notes->length_out);
  linear("note.gap.hidden", notes->gap_hidden);
  linear("note.gap.out", notes->gap_out);
  linear("frame.in.linear", frames->in);
  add("frame.in.norm.weight", frames->norm->weight);
  add("frame.in.norm.bias", frames->norm->bias);
  gru("frame.lower", frames->lower);
  gru("frame.upper", frames->upper);
  linear("frame.voiced", frames->voiced);
  linear("frame.deviation", frames->deviation);
  linear("frame.level", frames->level);
  writer.write(file.string());
}

}  // namespace continuo::song
