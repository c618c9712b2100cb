#pragma once

namespace earshot::audio {

/// Most channels any buffer holds (7.1 with room for layers).
inline constexpr int kMaxChannels = 8;
/// Channels of every perspective and of every listener.
inline constexpr int kListenerChannels = 2;

}  // namespace earshot::audio
