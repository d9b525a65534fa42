// Makes the instruments that a part can hold.
#pragma once

#include "engine/session/services.h"

namespace continuo::session {

// Disk thread. Model files are read, checked and packed here.
class StandardMaker final : public InstrumentMaker {
 public:
  MadeInstrument make(schema::Kind kind, const std::filesystem::path& model, const InstrumentSpec& spec,
                      uint32_t only_model_of_hop) override;
};

}  // namespace continuo::session
