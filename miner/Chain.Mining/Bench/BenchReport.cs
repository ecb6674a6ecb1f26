namespace Chain.Mining;

/// <summary>What `miner bench --json` prints.</summary>
public sealed record BenchReport(
    MachineReport Machine,
    IReadOnlyList<EngineReport> Engines,
    AllCoresReport AllCores,
    DistributionReport Distribution,
    IReadOnlyList<string> Assumptions);

/// <param name="ClockGhz">Measured with a chain of dependent instructions during the rounds; the median.</param>
public sealed record MachineReport(string Processor, int Cores, double ClockGhz);

/// <summary>One engine on one core, or one device.</summary>
/// <param name="Name">As `--engine` takes it.</param>
/// <param name="HashesPerSecond">By processor time of the core, or by the wall clock for a device.</param>
/// <param name="Ratio">To the scalar BouncyCastle reference; the median of the ratios within each round.</param>
/// <param name="LimitHashesPerSecond">What the machine could issue of the engine's arithmetic at the measured clock.</param>
/// <param name="ShareOfLimit">Rate by limit, the median within each round.</param>
/// <param name="InstructionsPerVector">Arithmetic instructions of the limit, for one vector of nonces.</param>
public sealed record EngineReport(
    string Name,
    double HashesPerSecond,
    double Ratio,
    double? LimitHashesPerSecond,
    double? ShareOfLimit,
    int? InstructionsPerVector);

/// <summary>The best engine on every core against one core, in the same rounds.</summary>
/// <param name="ShareOfCores">Rate by cores × rate of one core, by the wall clock: low where other programs run.</param>
/// <param name="ShareOfCoresByCpuTime">The same by processor time used.</param>
public sealed record AllCoresReport(string Engine, int Threads, double HashesPerSecond, double ShareOfCores,
    double ShareOfCoresByCpuTime);

/// <summary>What handing out ranges and changing jobs costs.</summary>
/// <param name="BatchMicroseconds">Processor time of one batch but for its search, all cores at it.</param>
/// <param name="JobChangeMicroseconds">Processor time of ending a batch for a new job and starting the next.</param>
/// <param name="Overhead">Share of the search that this takes: batches of 20 ms, a new job every second.</param>
public sealed record DistributionReport(double BatchMicroseconds, double JobChangeMicroseconds, double Overhead);
