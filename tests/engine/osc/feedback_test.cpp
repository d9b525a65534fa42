// Feedback: who is told what, when, and what is kept from a moving hand. The clock is the test's.
#include "engine/osc/feedback.h"

#include <catch2/catch.hpp>
#include <limits>
#include <map>

#include "engine/osc/packet.h"
#include "engine/osc/packet_writer.h"
#include "tests/engine/osc/bytes.h"

using namespace continuo::osc;
using namespace continuo::osc::test;

namespace {

constexpr std::int64_t kMs = 1'000'000;

Endpoint udp(const char* text) {
  return *parse_endpoint(text);
}

// A house of values, a handle each; what is sent is noted with its time.
struct Stage {
  struct Sent {
    std::int64_t ms;
    std::string to;
    std::string packet;
    std::vector<std::string> messages;  // "/v/3 7"
  };

  explicit Stage(FeedbackSettings settings = {})
      : feedback(
            settings,
            [this](std::uint32_t handle, std::span<std::byte> space) {
              if (!values.contains(handle)) return std::span<const std::byte>{};
              const bool large = handle >= 1000;
              MessageWriter writer(space, "/v/" + std::to_string(handle), large ? "ib" : "i");
              writer.add(values[handle]);
              if (large) writer.add_blob(view(big));
              return writer.bytes();
            },
            [this](const Endpoint& to, std::span<const std::byte> packet) {
              if (!reachable) return false;
              Sent item{now / kMs, to_text(to), as_string(packet), {}};
              PacketReader reader(view(item.packet));
              CHECK(reader.ok());
              for (Message m; reader.next(m);) {
                std::string line(m.address);
                for (const Argument& a : m.arguments()) {
                  line += ' ';
                  line += a.tag == 's' ? std::string(a.string()) : std::to_string(a.int32());
                }
                item.messages.push_back(line);
              }
              sent.push_back(item);
              return true;
            }) {}

  void set(std::uint32_t handle, std::int32_t value, const Endpoint* by = nullptr) {
    values[handle] = value;
    feedback.changed(handle, by, now);
  }
  // Millisecond by millisecond, as the control thread's timer does.
  void run_until(std::int64_t ms) {
    for (; now < ms * kMs; now += kMs) feedback.run(now);
    feedback.run(now);
  }
  std::vector<std::string> told(const std::string& to) const {
    std::vector<std::string> out;
    for (const Sent& s : sent) {
      if (s.to == to) out.insert(out.end(), s.messages.begin(), s.messages.end());
    }
    return out;
  }

  std::map<std::uint32_t, std::int32_t> values;
  std::string big = std::string(2000, 'x');
  bool reachable = true;
  std::int64_t now = 0;
  std::vector<Sent> sent;
  Feedback feedback;
};

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("a change is told at once, then at most 100 packets a second, always the latest value") {
  Stage stage;
  const Endpoint tablet = udp("10.0.0.2:5000");
  CHECK(stage.feedback.subscribe(tablet, {}, 0) == Feedback::Answer::added);
  for (int ms = 0; ms < 1000; ++ms) {
    stage.set(1, ms);
    stage.set(2, -ms);
    stage.run_until(ms);
  }
  stage.run_until(1020);
  CHECK(stage.sent.front().ms == 0);
  CHECK(stage.sent.size() <= 102);
  CHECK(stage.sent.size() >= 99);
  for (std::size_t i = 1; i < stage.sent.size(); ++i) CHECK(stage.sent[i].ms - stage.sent[i - 1].ms >= 10);
  CHECK(stage.sent.back().messages == Lines{"/v/1 999", "/v/2 -999"});
}

TEST_CASE("a thousand changes are cut into packets of at most 1,400 bytes, none lost") {
  Stage stage;
  stage.feedback.subscribe(udp("10.0.0.2:5000"), {}, 0);
  for (std::uint32_t i = 0; i < 999; ++i) stage.set(i, static_cast<std::int32_t>(i));
  stage.set(1000, 5);  // larger than a packet
  stage.run_until(1000);
  for (const auto& s : stage.sent) CHECK((s.packet.size() <= 1400 || s.messages.size() == 1));
  CHECK(stage.told("10.0.0.2:5000").size() == 1000);
}

TEST_CASE("a single change is a bare message; a slow client never gets a bundle") {
  Stage stage;
  stage.feedback.subscribe(udp("10.0.0.2:5000"), {}, 0);
  Subscription slow;
  slow.pace = Pace::slow;
  stage.feedback.add_listener(udp("10.0.0.3:7099"), slow);
  stage.set(1, 1);
  stage.run_until(0);
  CHECK(stage.sent.at(0).packet[0] == '/');
  for (std::uint32_t i = 1; i <= 20; ++i) stage.set(i, 2);
  stage.run_until(300);
  std::int64_t last = -12;
  std::size_t count = 0;
  for (const auto& s : stage.sent) {
    if (s.to != "10.0.0.3:7099") continue;
    ++count;
    CHECK(s.packet[0] == '/');
    CHECK(s.ms - last >= 12);
    last = s.ms;
  }
  CHECK(count == 21);
}

TEST_CASE("the hand that moves a fader hears nothing of it until it rests, then the settled value") {
  Stage stage;
  const Endpoint left = udp("10.0.0.2:5000"), right = udp("10.0.0.3:5000");
  stage.feedback.subscribe(left, {}, 0);
  stage.feedback.subscribe(right, {}, 0);
  for (int ms = 0; ms <= 500; ms += 5) {
    stage.now = ms * kMs;
    stage.set(1, ms, &left);
    stage.feedback.run(stage.now);
  }
  CHECK(stage.told("10.0.0.2:5000").empty());
  CHECK(stage.told("10.0.0.3:5000").size() > 40);
  stage.set(1, 501);  // the engine clamps it
  stage.run_until(699);
  CHECK(stage.told("10.0.0.2:5000").empty());
  stage.run_until(720);
  CHECK(stage.told("10.0.0.2:5000") == Lines{"/v/1 501"});
  stage.run_until(2000);
  CHECK(stage.told("10.0.0.2:5000").size() == 1);
  stage.set(1, 7, &right);  // now the other hand: no longer held back
  stage.run_until(2010);
  CHECK(stage.told("10.0.0.2:5000").back() == "/v/1 7");
}

TEST_CASE("another address of the same hand is told meanwhile") {
  Stage stage;
  const Endpoint tablet = udp("10.0.0.2:5000");
  stage.feedback.subscribe(tablet, {}, 0);
  stage.set(1, 5, &tablet);
  stage.set(2, 5);  // its text face, changed by the engine
  stage.run_until(50);
  CHECK(stage.told("10.0.0.2:5000") == Lines{"/v/2 5"});
}

TEST_CASE("a value that waits to be sent is withheld when the hand takes hold of it") {
  Stage stage;
  const Endpoint tablet = udp("10.0.0.2:5000");
  stage.feedback.subscribe(tablet, {}, 0);
  stage.set(1, 1);
  stage.run_until(0);
  stage.set(1, 2);  // waits until 10 ms
  stage.now = 5 * kMs;
  stage.set(1, 3, &tablet);
  stage.run_until(100);
  CHECK(stage.told("10.0.0.2:5000") == Lines{"/v/1 1"});
  stage.run_until(300);
  CHECK(stage.told("10.0.0.2:5000") == Lines{"/v/1 1", "/v/1 3"});
}

TEST_CASE("a reply port: feedback goes there, the echo rule knows the sender") {
  Stage stage;
  const Endpoint pd = udp("10.0.0.2:51234");
  Subscription subscription;
  subscription.reply_port = 9000;
  stage.feedback.subscribe(pd, subscription, 0);
  CHECK(to_text(stage.feedback.reply_to(pd)) == "10.0.0.2:9000");
  CHECK(to_text(stage.feedback.reply_to(udp("10.0.0.2:51235"))) == "10.0.0.2:51235");
  stage.set(1, 1);
  stage.set(2, 1, &pd);
  stage.run_until(50);
  CHECK(stage.told("10.0.0.2:9000") == Lines{"/v/1 1"});
  subscription.reply_port = 9001;  // it moves
  CHECK(stage.feedback.subscribe(pd, subscription, stage.now) == Feedback::Answer::added);
  CHECK(stage.feedback.clients().size() == 1);
  CHECK(stage.feedback.unsubscribe(pd));
  CHECK_FALSE(stage.feedback.unsubscribe(pd));
}

TEST_CASE("a lease ends unless a packet of that host renews it; permanent listeners stay") {
  FeedbackSettings settings;
  settings.lease_ns = 1000 * kMs;
  Stage stage(settings);
  stage.feedback.subscribe(udp("10.0.0.2:5000"), {}, 0);
  stage.feedback.subscribe(udp("10.0.0.3:5000"), {}, 0);
  stage.feedback.add_listener(udp("10.0.0.4:7400"), {});
  stage.run_until(900);
  stage.feedback.heard(udp("10.0.0.2:61000"), stage.now);  // from another port
  stage.run_until(1100);
  std::string left;
  for (const auto& c : stage.feedback.clients()) left += to_text(c.destination) + " ";
  CHECK(left == "10.0.0.2:5000 10.0.0.4:7400 ");
  CHECK(stage.feedback.run(stage.now) == 1900 * kMs);  // when to look again
  stage.run_until(2000);
  CHECK(stage.feedback.clients().size() == 1);
  CHECK(stage.feedback.remove_listener(udp("10.0.0.4:7400")));
  CHECK(stage.feedback.run(stage.now) == std::numeric_limits<std::int64_t>::max());
}

TEST_CASE("a permanent listener's hand is its host, unless the sender is another client there") {
  Stage stage;
  stage.feedback.add_listener(udp("127.0.0.1:9000"), {});
  const Endpoint live = udp("127.0.0.1:50000"), other = udp("127.0.0.1:50001");
  stage.set(1, 1, &live);
  stage.run_until(50);
  CHECK(stage.told("127.0.0.1:9000").empty());
  stage.feedback.subscribe(other, {}, stage.now);
  stage.set(2, 1, &other);
  stage.run_until(100);
  CHECK(stage.told("127.0.0.1:9000") == Lines{"/v/2 1"});
  CHECK(stage.told("127.0.0.1:50001").empty());
}

TEST_CASE("meters go only to those who want them, and give way") {
  Stage stage;
  Subscription with;
  with.meters = true;
  stage.feedback.subscribe(udp("10.0.0.2:1"), with, 0);
  stage.feedback.subscribe(udp("10.0.0.3:1"), {}, 0);
  stage.values[500] = 1;
  stage.feedback.meter(500);
  stage.run_until(5);
  CHECK(stage.told("10.0.0.2:1") == Lines{"/v/500 1"});
  CHECK(stage.told("10.0.0.3:1").empty());
  for (std::uint32_t i = 0; i < 200; ++i) stage.set(i, 1);  // several packets of values: no room
  stage.feedback.meter(500);
  stage.run_until(100);
  const Lines told = stage.told("10.0.0.2:1");
  CHECK(std::count(told.begin(), told.end(), "/v/500 1") == 1);
  CHECK(told.size() == 201);
}

TEST_CASE("events come in order and each one; a client that takes none loses the surplus, counted") {
  FeedbackSettings settings;
  settings.max_events = 10;
  Stage stage(settings);
  stage.feedback.subscribe(udp("10.0.0.2:1"), {}, 0);
  for (std::uint32_t i = 0; i < 5; ++i) stage.feedback.post(view(message("/event", "i", u32(i))));
  stage.set(1, 1);
  stage.run_until(10);
  CHECK(stage.told("10.0.0.2:1") ==
        Lines{"/event 0", "/event 1", "/event 2", "/event 3", "/event 4", "/v/1 1"});
  stage.reachable = false;
  for (std::uint32_t i = 0; i < 15; ++i) stage.feedback.post(view(message("/event", "i", u32(i))));
  stage.set(2, 9);
  stage.run_until(100);
  CHECK(stage.feedback.dropped_events() == 5);
  stage.reachable = true;  // nothing else was lost
  stage.run_until(200);
  CHECK(stage.told("10.0.0.2:1").back() == "/v/2 9");
  CHECK(stage.told("10.0.0.2:1").size() == 17);
}

TEST_CASE("a dump is paced, its packets are small, and it says its end") {
  Stage stage;
  std::vector<std::uint32_t> handles;
  for (std::uint32_t i = 0; i < 990; ++i) {
    stage.values[i] = static_cast<std::int32_t>(i);
    handles.push_back(i);
  }
  handles.push_back(7777);  // gone meanwhile
  stage.values[1000] = 1;
  handles.push_back(1000);                    // larger than a packet
  const Endpoint who = udp("10.0.0.2:5000");  // needs no subscription
  CHECK(stage.feedback.dump(who, handles, 0));
  stage.run_until(100);
  const Lines told = stage.told("10.0.0.2:5000");
  CHECK(told.size() == 992);
  CHECK(told.front() == "/v/0 0");
  CHECK(told.back() == "/done /dump 991");
  std::map<std::int64_t, int> per_ms;
  for (const auto& s : stage.sent) {
    ++per_ms[s.ms];
    CHECK((s.packet.size() <= 1400 || s.messages.size() == 1));
  }
  for (const auto& [ms, packets] : per_ms) CHECK(packets <= 4);
  CHECK(stage.feedback.dumps() == 0);

  CHECK(stage.feedback.dump(who, {}, stage.now));
  stage.run_until(110);
  CHECK(stage.told("10.0.0.2:5000").back() == "/done /dump 0");
}

TEST_CASE("a slow client's dump keeps its pace, feedback between it too") {
  Stage stage;
  Subscription slow;
  slow.pace = Pace::slow;
  const Endpoint who = udp("10.0.0.2:5000");
  stage.feedback.subscribe(who, slow, 0);
  std::vector<std::uint32_t> handles;
  for (std::uint32_t i = 0; i < 30; ++i) {
    stage.values[i] = 1;
    handles.push_back(i);
  }
  stage.feedback.dump(who, handles, 0);
  for (int ms = 0; ms < 1000; ms += 50) {
    stage.run_until(ms);
    stage.set(100, ms);
  }
  stage.run_until(2000);
  for (std::size_t i = 1; i < stage.sent.size(); ++i) CHECK(stage.sent[i].ms - stage.sent[i - 1].ms >= 12);
  const Lines told = stage.told("10.0.0.2:5000");
  CHECK(std::count(told.begin(), told.end(), "/done /dump 30") == 1);
  CHECK(told.size() >= 31 + 15);
  CHECK(std::find(told.begin(), told.end(), "/v/100 950") != told.end());
}

TEST_CASE("a dump to nobody ends; too many are refused; a closed connection takes its own along") {
  Stage stage;
  stage.values[1] = 1;
  stage.reachable = false;
  for (int i = 0; i < 16; ++i) CHECK(stage.feedback.dump(udp("10.0.0.2:5000"), {1}, 0));
  CHECK_FALSE(stage.feedback.dump(udp("10.0.0.2:5000"), {1}, 0));
  stage.run_until(1100);
  CHECK(stage.feedback.dumps() == 0);
  Endpoint tcp = udp("10.0.0.2:5000");
  tcp.transport = Transport::tcp;
  tcp.connection = 3;
  stage.feedback.subscribe(tcp, {}, stage.now);
  stage.feedback.dump(tcp, {1}, stage.now);
  stage.feedback.closed(tcp);
  CHECK(stage.feedback.dumps() == 0);
  CHECK(stage.feedback.clients().empty());
}

TEST_CASE("no more clients than there is room for") {
  FeedbackSettings settings;
  settings.max_clients = 2;
  Stage stage(settings);
  CHECK(stage.feedback.subscribe(udp("10.0.0.2:1"), {}, 0) == Feedback::Answer::added);
  CHECK(stage.feedback.subscribe(udp("10.0.0.2:2"), {}, 0) == Feedback::Answer::added);
  CHECK(stage.feedback.subscribe(udp("10.0.0.2:3"), {}, 0) == Feedback::Answer::full);
  CHECK(stage.feedback.add_listener(udp("10.0.0.2:3"), {}) == Feedback::Answer::full);
  CHECK(stage.feedback.subscribe(udp("10.0.0.2:1"), {}, 0) == Feedback::Answer::renewed);
}
