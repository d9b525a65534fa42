// Makes the instruments that a part can hold.
#pragma once

#include <filesystem>
#include <map>
#include <memory>

#include "engine/session/services.h"
#include "models/ddsp/inference/decoder.h"

namespace continuo::session {

// Disk thread. Model files are read, checked and packed here; parts that play the same file
// share its weights.
class StandardMaker final : public InstrumentMaker {
 public:
  MadeInstrument make(schema::Kind kind, const std::filesystem::path& model, const InstrumentSpec& spec,
                      uint32_t only_model_of_hop) override;
  std::shared_ptr<FrameSource> make_song(const std::filesystem::path& model,
                                         const InstrumentSpec& spec) override;
  std::unique_ptr<players::Generator> make_player(const std::filesystem::path& model) override;
  std::vector<uint32_t> chords(const std::string& symbols) override;
  std::string kind(const std::filesystem::path& model) override;
  std::string fault(const std::filesystem::path& model) override;

 private:
  struct Loaded {
    std::filesystem::file_time_type changed;
    std::weak_ptr<const ddsp::Model> model;
  };
  std::shared_ptr<const ddsp::Model> load(const std::filesystem::path& path);

  std::map<std::filesystem::path, Loaded> loaded_;
};

}  // namespace continuo::session
