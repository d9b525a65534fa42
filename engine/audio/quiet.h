// Keeps the audio libraries' own chatter off the terminal.
#pragma once

namespace continuo {

// Off stage, once a process; later calls do nothing. ALSA's and JACK's messages are dropped, and so are the
// lines that RtAudio writes to std::cerr itself ("RtApiJack: the Jack server is shutting down ..."); what
// others write there passes. Faults are told through DeviceError and the keeper's events instead.
void quieten_backends();

}  // namespace continuo
