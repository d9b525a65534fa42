// The chance of @magenta/music: J. Baagøe's Alea, as seedrandom 3 has it, seeded anew for each draw.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace continuo::musicrnn {

// Any thread. The first number of alea(seed), 0..1.
double alea(const std::string& seed);

// What String(x) is in JavaScript, for 0 <= x < 1.
std::string javascript_text(double x);

// tf.multinomial of one row: `random` is what Math.random() gave. Softmax and running sums in float32.
int multinomial(std::span<const float> logits, double random);

}  // namespace continuo::musicrnn
