// Fuzz target: recordings of any bytes are read or refused with a reason, in bounded memory; what is said of
// them holds when they are read again.
#include <sys/mman.h>
#include <unistd.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>

#include "models/data/audio/stretch_reader.h"
#include "models/data/audio/survey.h"
#include "models/data/audio_file.h"
#include "tests/fuzz/check.h"

namespace {

using namespace continuo::data;

constexpr double kWhole_s = 60;  // longer ones are not read whole

// A file in memory.
class Bytes {
 public:
  Bytes(const uint8_t* data, size_t size) : handle_(memfd_create("sound", 0)) {
    FUZZ_CHECK(handle_ >= 0);
    FUZZ_CHECK(write(handle_, data, size) == static_cast<ssize_t>(size));
  }
  ~Bytes() { close(handle_); }
  std::string path() const { return "/proc/self/fd/" + std::to_string(handle_); }

 private:
  int handle_;
};

void read(const std::string& path) {
  const Survey survey = survey_recording(path);
  FUZZ_CHECK(std::isfinite(survey.seconds) && survey.seconds > 0);
  FUZZ_CHECK(survey.db.size() == survey.clipped.size() && !survey.db.empty());
  FUZZ_CHECK(std::abs(static_cast<double>(survey.db.size()) * survey.block_s - survey.seconds) <=
             survey.block_s);
  FUZZ_CHECK(survey.channel == kMixed || static_cast<size_t>(survey.channel) < survey.channels);
  FUZZ_CHECK(survey.missing_s >= 0);
  for (const float db : survey.db) FUZZ_CHECK(std::isfinite(db) && db >= -200);
  StretchReader reader(path, survey, 1, 16000);
  const auto part = reader.read({survey.seconds / 3, survey.seconds / 2});
  FUZZ_CHECK(static_cast<double>(part.size()) <= survey.seconds / 6 * 16000 + 2);
  for (const float v : part) FUZZ_CHECK(v >= -1 && v <= 1);
  if (survey.seconds > kWhole_s) return;
  FUZZ_CHECK(!read_audio(path, survey.sample_rate).empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const Bytes file(data, size);
  try {
    read(file.path());
  } catch (const std::runtime_error& error) {
    FUZZ_CHECK(std::strlen(error.what()) > file.path().size());
  }
  return 0;
}
