#pragma once

namespace earshot::audio {

/// Most channels of a sound file (7.1).
inline constexpr int kMaxChannels = 8;
/// Channels of every perspective and of every listener.
inline constexpr int kListenerChannels = 2;
/// Most stereo layers of a programme: its mix and the stems beside it.
inline constexpr int kMaxLayers = 5;
/// Most channels any buffer holds: those of all layers.
inline constexpr int kMaxBlockChannels = kMaxLayers * kListenerChannels;

}  // namespace earshot::audio
