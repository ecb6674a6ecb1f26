using System.Text.Json.Serialization;
using Chain.Mining;

namespace Chain.Miner;

/// <summary>One line of `miner run --json`.</summary>
/// <param name="Event">connected, disconnected, work, found, submitted, rate, device or stopped; the other fields depend on
/// it.</param>
/// <param name="Time">When, in UTC.</param>
internal sealed record RunLine(string Event, DateTimeOffset Time)
{
    public string? Url { get; init; }

    public bool? Pushed { get; init; }

    public string? Reason { get; init; }

    public double? RetrySeconds { get; init; }

    public ulong? BlockNumber { get; init; }

    public string? SealHash { get; init; }

    public string? Target { get; init; }

    public string? Nonce { get; init; }

    public string? Engine { get; init; }

    /// <summary>accepted, stale, duplicate, rejected or lost.</summary>
    public string? Outcome { get; init; }

    public double? HashesPerSecond { get; init; }

    public ulong? Hashes { get; init; }

    /// <summary>Share of the time since the first work that was spent searching.</summary>
    public double? SearchShare { get; init; }

    public IReadOnlyList<EngineRate>? Engines { get; init; }

    public MinerCounters? Counters { get; init; }
}

internal sealed record EngineRate(string Name, int Threads, double HashesPerSecond);

/// <summary>What `miner devices --json` prints.</summary>
internal sealed record DevicesReport(IReadOnlyList<EngineEntry> Engines, IReadOnlyList<DeviceEntry> Devices, string? Note);

internal sealed record EngineEntry(string Name, bool Available, bool Chosen, string? Problem);

internal sealed record DeviceEntry(string Name, string Kind, bool Available, string? Problem);

/// <summary>What `miner bench --report` writes: all that is needed to read the figures on another machine.</summary>
/// <param name="Program">The version of this program.</param>
/// <param name="System">Operating system and architecture.</param>
/// <param name="Runtime">The .NET runtime.</param>
/// <param name="Ilgpu">The version of ILGPU, which compiles the kernel for a device.</param>
internal sealed record BenchFileContent(
    string Program, DateTimeOffset Time, string System, string Runtime, string Ilgpu, DevicesReport Devices, BenchReport Bench);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RunLine))]
[JsonSerializable(typeof(DevicesReport))]
[JsonSerializable(typeof(BenchReport))]
[JsonSerializable(typeof(BenchFileContent))]
internal sealed partial class MinerJson : JsonSerializerContext;
