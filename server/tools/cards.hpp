#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <iosfwd>

namespace earshot::tools {

/// How a gallery is made.
struct CardsSettings {
    double calibration_db_spl;   ///< Where a state does not say its own.
    std::ostream& progress_out;  ///< See Progress.
    bool terminal = false;
    std::function<bool()> stop = {};  ///< Asked now and then; may be empty.
};

/// Writes a gallery of the hearing states that come with Earshot: index.html, and beside it assets/
/// with audiograms, responses and short samples. It needs no network and no server. Files of an
/// older gallery are replaced.
/// @return how many states there are.
/// @throws std::runtime_error  one line.
std::size_t write_cards(const std::filesystem::path& folder, const CardsSettings& settings);

}  // namespace earshot::tools
