#include "models/ddsp/picture.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <numbers>
#include <stdexcept>
#include <string>

#include "models/ddsp/lane_fft.h"

namespace continuo::ddsp {
namespace {

constexpr int kFft = 1024;
constexpr int kColours = 32;
constexpr double kRange_db = 90;

void put32(std::string& out, std::uint32_t v) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(v >> shift & 255));
}

// A PNG chunk: length, type, data, CRC of type and data (W3C PNG, 5.3).
void chunk(std::string& out, const std::string& type, const std::string& data) {
  put32(out, static_cast<std::uint32_t>(data.size()));
  const std::string body = type + data;
  out += body;
  put32(out, static_cast<std::uint32_t>(
                 crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size()))));
}

// Black over violet and orange to white, the last entry pure white.
std::string palette() {
  constexpr std::array<std::array<double, 3>, 5> stops = {
      {{0, 0, 6}, {70, 10, 110}, {190, 45, 80}, {250, 160, 30}, {255, 255, 220}}};
  std::string colours;
  for (int i = 0; i < kColours; ++i) {
    const double at = static_cast<double>(i) / (kColours - 1) * (stops.size() - 1);
    const auto low = std::min<std::size_t>(static_cast<std::size_t>(at), stops.size() - 2);
    for (std::size_t c = 0; c < 3; ++c) {
      const double v = stops[low][c] + (at - static_cast<double>(low)) * (stops[low + 1][c] - stops[low][c]);
      colours.push_back(static_cast<char>(std::lround(v)));
    }
  }
  return colours;
}

void write_png(const std::filesystem::path& file, const std::vector<std::uint8_t>& pixels, int width,
               int height) {
  std::string raw;
  for (int y = 0; y < height; ++y) {
    raw.push_back(0);  // no filter
    raw.append(reinterpret_cast<const char*>(pixels.data()) + static_cast<std::ptrdiff_t>(y) * width,
               static_cast<std::size_t>(width));
  }
  uLongf packed_size = compressBound(static_cast<uLong>(raw.size()));
  std::string packed(packed_size, '\0');
  compress2(reinterpret_cast<Bytef*>(packed.data()), &packed_size, reinterpret_cast<const Bytef*>(raw.data()),
            static_cast<uLong>(raw.size()), 9);
  packed.resize(packed_size);
  std::string header;
  put32(header, static_cast<std::uint32_t>(width));
  put32(header, static_cast<std::uint32_t>(height));
  header += std::string("\x08\x03\x00\x00\x00", 5);  // 8 bit, palette
  std::string out("\x89PNG\r\n\x1a\n", 8);
  chunk(out, "IHDR", header);
  chunk(out, "PLTE", palette());
  chunk(out, "IDAT", packed);
  chunk(out, "IEND", "");
  std::ofstream stream(file, std::ios::binary);
  stream.write(out.data(), static_cast<std::streamsize>(out.size()));
  if (!stream.flush()) throw std::runtime_error(file.string() + ": cannot be written");
}

// dB of `columns` spectra spread over the signal, [columns, kFft / 2].
std::vector<double> spectra(const std::vector<float>& signal, int columns) {
  LaneFft fft;
  fft.prepare(kFft);
  const auto cells = static_cast<std::size_t>(kFft * LaneFft::kLanes);
  std::vector<float> re(cells), im(cells), work_re(cells), work_im(cells);
  std::vector<double> db(static_cast<std::size_t>(columns) * kFft / 2);
  const auto samples = static_cast<int>(signal.size());
  for (int first = 0; first < columns; first += LaneFft::kLanes) {
    std::fill(re.begin(), re.end(), 0.f);
    std::fill(im.begin(), im.end(), 0.f);
    for (int l = 0; l < LaneFft::kLanes && first + l < columns; ++l) {
      const int begin = static_cast<int>(static_cast<double>(first + l) / columns * samples) - kFft / 2;
      for (int n = std::max(0, -begin); n < kFft && begin + n < samples; ++n) {
        const double w = 0.5 - 0.5 * std::cos(2 * std::numbers::pi * n / kFft);
        re[static_cast<std::size_t>(n * LaneFft::kLanes + l)] =
            static_cast<float>(w) * signal[static_cast<std::size_t>(begin + n)];
      }
    }
    fft.forward(re.data(), im.data(), work_re.data(), work_im.data());
    for (int l = 0; l < LaneFft::kLanes && first + l < columns; ++l) {
      for (int k = 0; k < kFft / 2; ++k) {
        const auto cell = static_cast<std::size_t>(k * LaneFft::kLanes + l);
        const double power =
            static_cast<double>(re[cell]) * re[cell] + static_cast<double>(im[cell]) * im[cell];
        db[static_cast<std::size_t>(first + l) * kFft / 2 + static_cast<std::size_t>(k)] =
            10 * std::log10(power + 1e-12);
      }
    }
  }
  return db;
}

}  // namespace

void write_spectrograms(const std::filesystem::path& file, std::span<const std::vector<float>> signals,
                        int width, int height) {
  constexpr int kGap = 4;
  const int count = static_cast<int>(signals.size());
  const int rows = count * height + (count - 1) * kGap;
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(rows) * static_cast<std::size_t>(width),
                                   kColours - 1);
  std::vector<std::vector<double>> all;
  double loudest = -1000;
  for (const auto& signal : signals) {
    all.push_back(spectra(signal, width));
    loudest = std::max(loudest, *std::max_element(all.back().begin(), all.back().end()));
  }
  for (int i = 0; i < count; ++i) {
    for (int x = 0; x < width; ++x) {
      const double* column =
          all[static_cast<std::size_t>(i)].data() + static_cast<std::ptrdiff_t>(x) * kFft / 2;
      for (int y = 0; y < height; ++y) {
        const int from = y * (kFft / 2) / height, to = std::max(from + 1, (y + 1) * (kFft / 2) / height);
        const double db = *std::max_element(column + from, column + to) - loudest;
        const int colour = static_cast<int>((db + kRange_db) / kRange_db * (kColours - 1));
        pixels[static_cast<std::size_t>((i * (height + kGap) + height - 1 - y) * width + x)] =
            static_cast<std::uint8_t>(std::clamp(colour, 0, kColours - 1));
      }
    }
  }
  write_png(file, pixels, width, rows);
}

}  // namespace continuo::ddsp
