// The vocal tract: resonators in cascade (D. H. Klatt, "Software for a cascade/parallel formant synthesizer",
// JASA 67(3), 1980), five that tell the vowel and above them those of a plain tube, so that there is air
// above 5 kHz.
#pragma once

#include <array>
#include <string>

namespace continuo::make {

enum class Vowel { a, e, i, o, u, ae, uh };
inline constexpr std::array<Vowel, 7> kVowels = {Vowel::a, Vowel::e,  Vowel::i, Vowel::o,
                                                 Vowel::u, Vowel::ae, Vowel::uh};
inline constexpr int kFormants = 5;

std::string name_of(Vowel vowel);

struct Formants {
  std::array<double, kFormants> hz, width_hz;
};

// Of a man's tract of 17.5 cm (after G. E. Peterson and H. L. Barney, JASA 24(2), 1952, and Klatt), scaled by
// 17.5 / `tract_cm`. When f0 would pass the first formant, singers open the jaw: it is never below `f0_hz`.
Formants formants_of(Vowel vowel, double tract_cm, double f0_hz = 0);

class Tract {
 public:
  // `ring_db` raises the singer's formant, a band about 2.8 kHz (scaled with the tract, less than it).
  // `tilt_db` is added above 2 kHz (a first-order shelf), negative for a dull voice.
  void prepare(int sample_rate, double tract_cm, double ring_db, double tilt_db);
  // Moves the formants; call it every millisecond or so.
  void shape(const Formants& formants);
  double tick(double in);

 private:
  struct Resonator {  // y = a x + b y1 + c y2, unity gain at 0 Hz
    double a = 1, b = 0, c = 0, y1 = 0, y2 = 0;
    void set(double hz, double width_hz, double sample_rate);
    double tick(double x) {
      const double y = a * x + b * y1 + c * y2;
      y2 = y1;
      y1 = y;
      return y;
    }
  };
  struct Biquad {  // direct form 1
    double b0 = 1, b1 = 0, b2 = 0, a1 = 0, a2 = 0, x1 = 0, x2 = 0, y1 = 0, y2 = 0;
    double tick(double x) {
      const double y = b0 * x + b1 * x1 + b2 * x2 - a1 * y1 - a2 * y2;
      x2 = x1;
      x1 = x;
      y2 = y1;
      y1 = y;
      return y;
    }
  };

  static constexpr int kHigher = 7;
  std::array<Resonator, kFormants + kHigher> resonators_;
  Biquad ring_, tilt_;
  double sample_rate_ = 0;
};

}  // namespace continuo::make
