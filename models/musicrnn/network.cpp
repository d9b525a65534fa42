#include "models/musicrnn/network.h"

namespace continuo::musicrnn {

NetworkImpl::NetworkImpl(int inputs, const std::vector<int>& cells, int labels) {
  int width = inputs;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    auto layer = torch::nn::LSTM(torch::nn::LSTMOptions(width, cells[i]));
    layers.push_back(register_module("cell_" + std::to_string(i), layer));
    width = cells[i];
    // It begins by remembering.
    torch::NoGradGuard guard;
    for (const auto& parameter : layer->named_parameters()) {
      if (parameter.key() == "bias_ih_l0") parameter.value().zero_().narrow(0, width, width).fill_(1);
      if (parameter.key() == "bias_hh_l0") parameter.value().zero_();
      if (parameter.key() == "weight_hh_l0") {
        for (int gate = 0; gate < 4; ++gate)
          torch::nn::init::orthogonal_(parameter.value().narrow(0, gate * width, width));
      }
      if (parameter.key() == "weight_ih_l0") torch::nn::init::xavier_uniform_(parameter.value());
    }
  }
  out = register_module("out", torch::nn::Linear(width, labels));
}

torch::Tensor NetworkImpl::forward(torch::Tensor x) {
  for (auto& layer : layers) {
    x = std::get<0>(layer->forward(x));
    if (dropout > 0) x = torch::dropout(x, dropout, is_training());
  }
  return out->forward(x);
}

}  // namespace continuo::musicrnn
