// Large packets: in order, in turns, and within bounds.
#include "rig.h"

using namespace continuo;
using namespace continuo::session;

namespace {

// Bundles of their own in one packet.
std::vector<std::byte> bundles(const std::vector<std::string>& texts) {
  std::vector<std::byte> space(65536), inner(256);
  osc::BundleWriter all(space);
  for (const std::string& text : texts) {
    osc::BundleWriter one(inner);
    REQUIRE(one.add(Rig::packet(text)));
    REQUIRE(all.add(one.bytes()));
  }
  space.resize(all.size());
  return space;
}

std::vector<std::byte> one_bundle(const std::string& text, int times) {
  std::vector<std::byte> space(65536);
  osc::BundleWriter all(space);
  for (int i = 0; i < times; ++i) REQUIRE(all.add(Rig::packet(text)));
  space.resize(all.size());
  return space;
}

}  // namespace

TEST_CASE("a large packet is cut into turns, and what comes after it waits") {
  Folder home;
  Rig rig(home.path());
  rig.work_ns_a_look = 10'000;  // a turn ends after some 25 messages
  std::vector<std::string> texts;
  for (int i = 0; i < 300; ++i) texts.push_back("/part/1/pan " + std::to_string(i / 300.0));
  rig.session->handle_packet(bundles(texts), rig.client);
  CHECK(rig.session->busy());
  CHECK(rig.value("/part/1/pan") == 0);  // all of it is read before any of it acts
  rig.session->handle_packet(Rig::packet("/part/1/pan"), rig.client);
  rig.session->handle_packet(Rig::packet("/part/1/pan -1"), rig.client);
  CHECK(rig.heard.empty());
  int turns = 0;
  for (; rig.session->busy(); ++turns) rig.session->work();
  CHECK(turns > 10);
  REQUIRE(rig.heard.size() == 1);
  CHECK(rig.heard[0].text.starts_with("/part/1/pan 0.99"));
  CHECK(rig.value("/part/1/pan") == -1);
}

TEST_CASE("one bad message of a packet in turns refuses all of it") {
  Folder home;
  Rig rig(home.path());
  rig.work_ns_a_look = 10'000;
  std::vector<std::string> texts(200, "/part/1/pan 0.5");
  texts.push_back("/part/1/pan 7");
  rig.session->handle_packet(bundles(texts), rig.client);
  while (rig.session->busy()) rig.session->work();
  CHECK(rig.value("/part/1/pan") == 0);
  REQUIRE(rig.heard.size() == 1);
  CHECK(rig.heard[0].text.starts_with("/fail \"/part/1/pan\""));
}

TEST_CASE("more than can act as one is refused with the number") {
  Folder home;
  Rig rig(home.path());
  rig.session->handle_packet(one_bundle("/part/1/pan 0.5", 1025), rig.client);
  while (rig.session->busy()) rig.session->work();
  CHECK(rig.value("/part/1/pan") == 0);
  REQUIRE(rig.heard.size() == 1);
  CHECK(rig.heard[0].text ==
        "/fail \"/part/1/pan\" \"reaches 1025 addresses at one moment; at most 1024 can change together\"");
  rig.session->handle_packet(one_bundle("/part/1/pan 0.5", 1024), rig.client);
  while (rig.session->busy()) rig.session->work();
  CHECK(rig.value("/part/1/pan") == 0.5f);
}

TEST_CASE("a session that loads in turns is whole before the next message is heard") {
  Folder home;
  Rig rig(home.path());
  for (int i = 0; i < 20; ++i) rig.say("/part/new additive");
  CHECK(rig.say("/session/save full").back() == "/done \"/session/save\" \"full\"");
  rig.work_ns_a_look = 100'000;
  rig.session->handle_packet(Rig::packet("/session/load full"), rig.client);
  rig.settle();
  CHECK(rig.session->busy());
  rig.session->handle_packet(Rig::packet("/part/21/gain -3"), rig.client);
  while (rig.session->busy()) rig.session->work();
  CHECK(rig.session->part_count() == 21);
  CHECK(rig.value("/part/21/gain") == -3);
}
