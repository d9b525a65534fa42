// Writes first inputs for sound_fuzz: a few frames in each of the formats. sound_fuzz_seeds NAME FOLDER
#include <sndfile.h>

#include <filesystem>
#include <vector>

int main(int count, char** arguments) {
  if (count != 3) return 2;
  const std::filesystem::path folder = arguments[2];
  std::filesystem::create_directories(folder);
  const struct {
    const char* name;
    int format;
  } kinds[] = {{"wav16", SF_FORMAT_WAV | SF_FORMAT_PCM_16},     {"wavfloat", SF_FORMAT_WAV | SF_FORMAT_FLOAT},
               {"wavima", SF_FORMAT_WAV | SF_FORMAT_IMA_ADPCM}, {"rf64", SF_FORMAT_RF64 | SF_FORMAT_PCM_24},
               {"w64", SF_FORMAT_W64 | SF_FORMAT_PCM_16},       {"aiff", SF_FORMAT_AIFF | SF_FORMAT_PCM_24},
               {"au", SF_FORMAT_AU | SF_FORMAT_ULAW},           {"caf", SF_FORMAT_CAF | SF_FORMAT_PCM_16},
               {"flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16}};
  for (const auto& kind : kinds) {
    SF_INFO info = {};
    info.samplerate = 44100;
    info.channels = 2;
    info.format = kind.format;
    SNDFILE* out = sf_open((folder / kind.name).c_str(), SFM_WRITE, &info);
    if (!out) return 1;
    std::vector<float> frames(2 * 200);
    for (std::size_t n = 0; n < frames.size(); ++n) frames[n] = static_cast<float>(n % 37) / 50 - 0.3f;
    sf_writef_float(out, frames.data(), 200);
    if (sf_close(out) != 0) return 1;
  }
  return 0;
}
