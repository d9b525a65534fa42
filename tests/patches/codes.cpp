#include "tests/patches/codes.h"

#include <catch2/catch.hpp>
#include <cstdio>
#include <sstream>
#include <vector>

#include "models/ddsp/inference/decoder.h"

namespace continuo::test {
namespace {

int code_of(const ddsp::Space& space, const std::string& name) {
  int best = -1;
  double most = 0;
  for (int k = 0; k < space.codes; ++k) {
    const auto at = static_cast<size_t>(k);
    double all = 0, own = 0;
    for (const auto& entry : space.entries) {
      all += static_cast<double>(entry.weights[at]);
      if (entry.name == name) own = static_cast<double>(entry.weights[at]);
    }
    const double pure = all > 0 ? own / all : 0;
    if (own * pure * pure > most) most = own * pure * pure, best = k;
  }
  INFO(name);
  REQUIRE(best >= 0);
  return best;
}

}  // namespace

std::string with_codes(const std::string& score, const std::string& model_path) {
  const auto model = ddsp::Model::load(model_path);
  const int place = model->config().space_named("technique");
  REQUIRE(place >= 0);
  const ddsp::Space& space = model->config().spaces[static_cast<size_t>(place)];
  std::istringstream in(score);
  std::ostringstream out;
  std::vector<std::string> names;
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string first, address;
    words >> first >> address;
    const size_t method = address.rfind("/technique/");
    if (first == "#" && (address == "codes:" || address == "place:")) {
      names.clear();
      for (std::string name; words >> name;) names.push_back(name);
    } else if (first != "#" && method != std::string::npos) {
      const std::string what = address.substr(method + 11);
      out << line.substr(0, line.find('/')) << address;
      char text[64];
      if (what == "xy" && !names.empty()) {
        const auto& at = space.map[static_cast<size_t>(code_of(space, names[0]))];
        std::snprintf(text, sizeof text, " %.3f %.3f", static_cast<double>(at[0]),
                      static_cast<double>(at[1]));
        out << text;
      } else if (what == "code" || what == "mix") {
        for (size_t i = 0; i < names.size(); ++i) {
          std::string code, weight;
          words >> code >> weight;
          out << ' ' << code_of(space, names[i]) << (weight.empty() ? "" : " ") << weight;
        }
      } else {
        out << line.substr(line.find(address) + address.size());
      }
      out << '\n';
      continue;
    }
    out << line << '\n';
  }
  return out.str();
}

}  // namespace continuo::test
