// Writes first inputs for score_fuzz: a score in text, one in scsynth's binary form. score_fuzz_seeds NAME
// FOLDER
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <span>
#include <vector>

#include "engine/osc/format.h"
#include "engine/osc/packet_writer.h"

using namespace continuo;

int main(int count, char** arguments) {
  if (count != 3) return 2;
  const std::filesystem::path folder = arguments[2];
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "text")
      << "# score\nrate 48000\n@0 /part/1/note 60 100\n+ /b \"x\" [1 2.5] b:00ff t:now\n"
         "0.5 /c T F N I h:5 d:0.1\nend @96000\n";
  std::ofstream binary(folder / "binary", std::ios::binary);
  for (const uint64_t seconds : {0, 1, 3}) {
    std::vector<std::byte> buffer(512);
    osc::BundleWriter bundle(buffer, osc::TimeTag{seconds << 32});
    bundle.add(osc::parse_message("/s_new \"default\" 3 1.5").packet);
    bundle.add(osc::parse_message("/n_free 3").packet);
    for (int shift = 24; shift >= 0; shift -= 8) binary.put(static_cast<char>(bundle.size() >> shift));
    binary.write(reinterpret_cast<const char*>(bundle.bytes().data()),
                 static_cast<std::streamsize>(bundle.size()));
  }
  return binary ? 0 : 1;
}
