#pragma once

#include <string>
#include <string_view>

namespace earshot::show {

/// A caption without its markup.
struct CaptionText {
    std::string speaker;  ///< Of the first <v …>; may be empty.
    std::string text;
};

/// Takes tags off a WebVTT cue text and turns its character references into characters: &amp; &lt;
/// &gt; &quot; &nbsp; &lrm; &rlm;. What only looks like one stays as it is. Blanks around lines go,
/// empty lines too.
[[nodiscard]] CaptionText plain_caption(std::string_view markup);

}  // namespace earshot::show
