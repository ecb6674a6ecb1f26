namespace Chain.Mining;

/// <summary>
/// A device that runs <see cref="KeccakKernel.Search"/> on many threads, two launches at a time. Its methods are called by one
/// thread at a time and throw <see cref="DeviceException"/> when the device fails.
/// </summary>
public interface IKernelDevice
{
    /// <summary>What the driver calls it.</summary>
    string Name { get; }

    /// <summary>Threads of every launch.</summary>
    int Threads { get; }

    /// <summary>Queues a launch and returns without waiting for it.</summary>
    /// <param name="slot">0 or 1: whose buffers to use. No other launch of this slot is under way.</param>
    /// <param name="job">For all threads.</param>
    void Start(int slot, KernelJob job);

    /// <summary>Waits for the slot's launch.</summary>
    /// <returns>The numbers of the threads that saw a candidate, ascending; mostly empty.</returns>
    IReadOnlyList<int> Finish(int slot);
}
