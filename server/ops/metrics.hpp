#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace earshot::ops {

/// The server's figures in Prometheus' text format. Counters and gauges are read where they are
/// counted when somebody asks; only histograms are kept here. Every name gets the prefix
/// "earshot_".
/// Thread: control.
class Metrics {
public:
    using Labels = std::vector<std::pair<std::string, std::string>>;

    /// One reading of all counters and gauges. Values of one name with different labels are one
    /// family; its help is that of the first.
    class Snapshot {
    public:
        /// @param name   Without prefix: "packets_sent_total".
        /// @param value  Never falls while the server runs.
        void counter(std::string_view name,
                     std::string_view help,
                     double value,
                     const Labels& labels = {});
        void gauge(std::string_view name,
                   std::string_view help,
                   double value,
                   const Labels& labels = {});

    private:
        friend class Metrics;
        struct Families;
        explicit Snapshot(Families& families) noexcept : families_(families) {}
        Families& families_;
    };
    using Collect = std::function<void(Snapshot&)>;

    /// What a distribution has counted since the start.
    class Distribution {
    public:
        virtual ~Distribution() = default;
        virtual void observe(double value) = 0;
    };

    Metrics();
    ~Metrics();
    Metrics(const Metrics&) = delete;
    Metrics& operator=(const Metrics&) = delete;

    /// @param collect  Called by text() every time; what it refers to outlives this object.
    void on_read(Collect collect);

    /// @param name    Without prefix, with its unit: "listener_error_seconds".
    /// @param bounds  Upper bounds of the buckets, rising.
    /// @return Lives as long as this object.
    [[nodiscard]] Distribution& distribution(const std::string& name,
                                             const std::string& help,
                                             const std::vector<double>& bounds);

    /// The whole exposition; its content type is kContentType.
    [[nodiscard]] std::string text() const;

    static constexpr std::string_view kContentType = "text/plain; version=0.0.4; charset=utf-8";

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace earshot::ops
