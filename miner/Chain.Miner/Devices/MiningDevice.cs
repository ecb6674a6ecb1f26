namespace Chain.Miner;

/// <summary>An accelerator as the GPU assembly sees it.</summary>
/// <param name="Name">What the driver calls it.</param>
/// <param name="Kind">`cuda` or `opencl`.</param>
/// <param name="Problem">Why it cannot be used; null when it can.</param>
/// <param name="Open">Compiles the kernel for it and tunes the launch; throws <see cref="DeviceException"/>. Null with a problem.</param>
public sealed record MiningDevice(string Name, string Kind, string? Problem, Func<INonceSearcher>? Open);

/// <summary>A device that was lost, ran out of memory or would not compile the kernel; the message says which.</summary>
public sealed class DeviceException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>What was found when looking for devices.</summary>
/// <param name="Devices">The devices, usable or not.</param>
/// <param name="Note">Why there are none, for the person who asks; null otherwise.</param>
public sealed record DeviceList(IReadOnlyList<MiningDevice> Devices, string? Note);
