namespace Chain.Mining;

/// <summary>An accelerator that the kernel can be compiled for.</summary>
/// <param name="Name">What the driver calls it.</param>
/// <param name="Kind">`cuda`, `opencl`, or <see cref="EmulatedKind"/>.</param>
/// <param name="Problem">Why it cannot be used; null when it can.</param>
/// <param name="Open">Compiles the kernel for it and tunes the launch; throws <see cref="DeviceException"/>. Null with a
/// problem.</param>
public sealed record MiningDevice(string Name, string Kind, string? Problem, Func<INonceSearcher>? Open)
{
    /// <summary>
    /// The kind of an accelerator that only emulates a GPU on the processor: far slower than the processor engines.
    /// </summary>
    public const string EmulatedKind = "emulated";

    /// <summary>Whether this is real hardware, which `auto` and `gpu` may choose.</summary>
    public bool IsGpu => Kind != EmulatedKind;
}

/// <summary>A device that was lost, ran out of memory or would not compile the kernel; the message says which.</summary>
public sealed class DeviceException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>What was found when looking for devices.</summary>
/// <param name="Devices">The devices, usable or not, the preferred ones first.</param>
/// <param name="Note">Why there is no GPU among them, for the person who asks; null otherwise.</param>
public sealed record DeviceList(IReadOnlyList<MiningDevice> Devices, string? Note);
