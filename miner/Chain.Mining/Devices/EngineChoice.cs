namespace Chain.Mining;

/// <summary>The engines that a name on the command line stands for, or why it stands for none.</summary>
/// <param name="Engines">One entry a thread; empty with an error.</param>
/// <param name="BatchTime">How long one call of an engine shall take.</param>
/// <param name="Error">For the person who typed the name.</param>
public sealed record EngineChoice(IReadOnlyList<INonceSearcher> Engines, TimeSpan BatchTime, string? Error)
{
    // More than any machine has, and fewer than it takes to run out of stacks.
    private const int MaxThreads = 1024;

    private static readonly TimeSpan ProcessorBatch = TimeSpan.FromMilliseconds(20);

    // Long enough for several launches in flight; a new job ends it all the same.
    private static readonly TimeSpan DeviceBatch = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// Resolves `auto`, `cpu`, `gpu`, `ilgpu` or the name of a processor engine. `ilgpu` is the best device there is, if need be
    /// the one that emulates a GPU.
    /// </summary>
    /// <param name="name">As typed.</param>
    /// <param name="threads">For processor engines, also when one takes over from a device.</param>
    /// <param name="findDevices">Called only where devices matter.</param>
    /// <param name="onDeviceNews">Told when a device fails and a processor engine takes over, or is slower than its name
    /// suggests.</param>
    public static EngineChoice Resolve(string name, int threads, Func<DeviceList> findDevices, Action<string> onDeviceNews)
    {
        if (threads is < 1 or > MaxThreads) return Failed($"{threads} threads cannot search; give --threads 1 to {MaxThreads}.");
        if (name is "auto" or "gpu")
        {
            var list = findDevices();
            var opened = Open(list.Devices.Where(device => device.IsGpu), threads, onDeviceNews).ToArray();
            if (opened.Length > 0) return new EngineChoice(opened, DeviceBatch, null);
            if (name == "gpu") return Failed("There is no usable GPU. " + Explain(list));
        }

        if (name == "ilgpu") return OnBestDevice(findDevices(), threads, onDeviceNews);

        if (name is "auto" or "cpu") return OnThreads(NonceSearchers.Best, threads);
        var engine = NonceSearchers.Available().FirstOrDefault(engine => engine.Name == name);
        if (engine is not null) return OnThreads(engine, threads);
        var needs = NonceSearchers.Unavailable().Where(entry => entry.Name == name).Select(entry => entry.Needs).FirstOrDefault();
        var names = string.Join(", ", NonceSearchers.Available().Select(available => available.Name));
        return Failed(needs is null
            ? $"There is no engine called '{name}'; choose auto, cpu, gpu, ilgpu, {names}."
            : $"The engine '{name}' needs {needs}, which this processor lacks; it runs {names}.");
    }

    private static EngineChoice OnBestDevice(DeviceList list, int threads, Action<string> onDeviceNews)
    {
        var best = Open(list.Devices, threads, onDeviceNews).FirstOrDefault();
        if (best is null) return Failed("ILGPU found no usable device. " + Explain(list));
        if (!list.Devices.Any(device => device.IsGpu && device.Open is not null))
            onDeviceNews($"{best.Name} emulates a GPU on the processor and is slow. {list.Note}".TrimEnd());
        return new EngineChoice([best], DeviceBatch, null);
    }

    /// <summary>The devices that open, in their order; each is opened only when it is asked for.</summary>
    private static IEnumerable<INonceSearcher> Open(IEnumerable<MiningDevice> devices, int threads, Action<string> onDeviceNews)
    {
        // All devices share what takes over, so that two lost ones do not crowd the processor.
        var processor = new ParallelSearcher(NonceSearchers.Best, threads);
        foreach (var device in devices)
        {
            if (device.Open is null) continue;
            INonceSearcher engine;
            try
            {
                engine = device.Open();
            }
            catch (DeviceException e)
            {
                onDeviceNews($"{device.Name}: {e.Message}; it is left out.");
                continue;
            }

            yield return new FallbackSearcher(engine, processor, onDeviceNews);
        }
    }

    private static string Explain(DeviceList list) =>
        list.Note ?? string.Join(" ",
            list.Devices.Where(device => device.IsGpu).Select(device =>
                $"{device.Name} ({device.Kind}): {device.Problem ?? "it failed to open"}."));

    private static EngineChoice OnThreads(INonceSearcher engine, int threads) =>
        new(Enumerable.Repeat(engine, threads).ToArray(), ProcessorBatch, null);

    private static EngineChoice Failed(string error) => new([], ProcessorBatch, error);
}
