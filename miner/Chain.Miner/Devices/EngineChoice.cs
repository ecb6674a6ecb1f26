namespace Chain.Miner;

/// <summary>The engines that a name on the command line stands for, or why it stands for none.</summary>
/// <param name="Engines">One entry a thread; empty with an error.</param>
/// <param name="BatchTime">How long one call of an engine shall take.</param>
/// <param name="Error">For the person who typed the name.</param>
internal sealed record EngineChoice(IReadOnlyList<INonceSearcher> Engines, TimeSpan BatchTime, string? Error)
{
    // More than any machine has, and fewer than it takes to run out of stacks.
    private const int MaxThreads = 1024;

    private static readonly TimeSpan ProcessorBatch = TimeSpan.FromMilliseconds(20);

    // Long enough for several launches in flight; a new job ends it all the same.
    private static readonly TimeSpan DeviceBatch = TimeSpan.FromMilliseconds(500);

    /// <summary>Resolves `auto`, `cpu`, `gpu` or the name of a processor engine.</summary>
    /// <param name="name">As typed.</param>
    /// <param name="threads">For processor engines, also when one takes over from a device.</param>
    /// <param name="findDevices">Called only where devices matter.</param>
    /// <param name="onDeviceFailure">Told when a device fails and a processor engine takes over.</param>
    public static EngineChoice Resolve(string name, int threads, Func<DeviceList> findDevices, Action<string> onDeviceFailure)
    {
        if (threads is < 1 or > MaxThreads) return Failed($"{threads} threads cannot search; give --threads 1 to {MaxThreads}.");
        if (name is "auto" or "gpu")
        {
            var list = findDevices();
            var opened = Open(list, threads, onDeviceFailure);
            if (opened.Count > 0) return new EngineChoice(opened, DeviceBatch, null);
            if (name == "gpu") return Failed("There is no usable GPU. " + Explain(list));
        }

        if (name is "auto" or "cpu") return OnThreads(NonceSearchers.Best, threads);
        var engine = NonceSearchers.Available().FirstOrDefault(engine => engine.Name == name);
        if (engine is not null) return OnThreads(engine, threads);
        var needs = NonceSearchers.Unavailable().Where(entry => entry.Name == name).Select(entry => entry.Needs).FirstOrDefault();
        var names = string.Join(", ", NonceSearchers.Available().Select(available => available.Name));
        return Failed(needs is null
            ? $"There is no engine called '{name}'; choose auto, cpu, gpu, {names}."
            : $"The engine '{name}' needs {needs}, which this processor lacks; it runs {names}.");
    }

    private static List<INonceSearcher> Open(DeviceList list, int threads, Action<string> onDeviceFailure)
    {
        // All devices share what takes over, so that two lost ones do not crowd the processor.
        var processor = new ParallelSearcher(NonceSearchers.Best, threads);
        var opened = new List<INonceSearcher>();
        foreach (var device in list.Devices)
        {
            if (device.Open is null) continue;
            try
            {
                opened.Add(new FallbackSearcher(device.Open(), processor, onDeviceFailure));
            }
            catch (DeviceException e)
            {
                onDeviceFailure($"{device.Name}: {e.Message}; it is left out.");
            }
        }

        return opened;
    }

    private static string Explain(DeviceList list) =>
        list.Note ?? string.Join(" ", list.Devices.Select(device => $"{device.Name} ({device.Kind}): {device.Problem ?? "it failed to open"}."));

    private static EngineChoice OnThreads(INonceSearcher engine, int threads) =>
        new(Enumerable.Repeat(engine, threads).ToArray(), ProcessorBatch, null);

    private static EngineChoice Failed(string error) => new([], ProcessorBatch, error);
}
