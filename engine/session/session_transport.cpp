// The session: the transport.
#include <cmath>

#include "engine/session/session.h"

namespace continuo::session {

using Method = schema::transport::Method;
using players::Order;

void Session::call_transport(const Planned& planned, const Act& how) {
  const Request& request = planned.request;
  const Endpoint& to = how.from;
  const std::string shown(planned.shown());
  const double frame = heard_frame(how);
  const auto number = [&](size_t i) { return request.arguments[i].number; };
  const bool asks = request.what == Request::What::kQuery;
  switch (static_cast<Method>(request.target.index)) {
    case Method::kPlay:
      transport_.play(frame, static_cast<int>(number(0)));
      tell_band(Order::What::kRestart, frame);
      pulse_ = INT64_MIN;
      return announce("/transport/playing", 1);
    case Method::kStop:
      transport_.stop(frame);
      tell_band(Order::What::kStop, frame);
      return announce("/transport/playing", 0);
    case Method::kContinue:
      transport_.go_on(frame);
      pulse_ = INT64_MIN;
      return announce("/transport/playing", 1);
    case Method::kTempo:
      if (asks) return replies_.send(to, shown, static_cast<float>(transport_.timeline().bpm));
      transport_.set_tempo(frame, number(0));
      return tell_tempo();
    case Method::kMetre: {
      const sync::Metre now = transport_.timeline().metre;
      if (asks) return replies_.send(to, shown, now.beats, now.unit);
      const sync::Metre metre{static_cast<int>(number(0)), static_cast<int>(number(1))};
      if ((metre.unit & (metre.unit - 1)) != 0)
        return replies_.fail(
            to, shown,
            "argument 2 (unit) is " + std::to_string(metre.unit) + ": expected int unit, 1, 2, 4, 8 or 16");
      transport_.set_metre(frame, metre);
      changed();
      return announce("/transport/metre", metre.beats, metre.unit);
    }
    case Method::kTap: {
      const auto bpm = taps_.tap(services_.engine.clock().time_of(static_cast<uint64_t>(frame)));
      if (bpm) transport_.set_tempo(frame, *bpm);
      transport_.locate(frame, std::round(transport_.timeline().beat_at(frame)));
      if (bpm) tell_tempo();
      return;
    }
    case Method::kPosition: {
      const sync::Timeline& line = transport_.timeline();
      const double beat = line.beat_at(static_cast<double>(services_.engine.clock().read().next_frame));
      const int64_t bar = line.bar_of(beat);
      const double within = (beat - line.bar_line(bar)) / (4.0 / line.metre.unit);
      return replies_.send(to, shown, static_cast<int>(bar) + 1, static_cast<float>(within + 1),
                           static_cast<float>(beat), line.playing ? 1 : 0);
    }
    case Method::kCount:
      return;
  }
}

void Session::tell_tempo() {
  changed();
  announce("/transport/tempo", static_cast<float>(transport_.timeline().bpm));
}

void Session::tell_band(Order::What what, double frame) {
  for (size_t p = 0; p < players_.size(); ++p) {
    if (!players_[p]) continue;
    Order order;
    order.what = what;
    order.player = static_cast<int>(p);
    order.frame = frame;
    if (!band_.post(std::move(order))) ++full_;
  }
}

// Each pulse of the metre, once.
void Session::tell_beat() {
  const sync::Timeline& line = transport_.timeline();
  if (!line.playing) return;
  const double beat = line.beat_at(static_cast<double>(services_.engine.clock().read().next_frame));
  const double pulse = line.metre.pulse();
  const int64_t bar = line.bar_of(beat);
  const auto within = static_cast<int64_t>(std::floor((beat - line.bar_line(bar)) / pulse + 1e-9));
  const int64_t a_bar = std::max<int64_t>(1, std::llround(line.metre.bar() / pulse));
  const int64_t now = bar * a_bar + within;
  if (now == pulse_) return;
  pulse_ = now;
  announce("/transport/beat", static_cast<int>(bar) + 1, static_cast<int>(within) + 1);
}

}  // namespace continuo::session
