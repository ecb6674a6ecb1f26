namespace Chain.Mining;

/// <summary>A device that a processor engine replaces when it fails: the range that failed is searched again, so nothing is
/// lost, and the device is not tried a second time.</summary>
/// <param name="device">The device.</param>
/// <param name="processor">What takes over.</param>
/// <param name="onFailure">Told once, with a line for the person who watches.</param>
public sealed class FallbackSearcher(INonceSearcher device, INonceSearcher processor, Action<string> onFailure) : INonceSearcher
{
    private volatile INonceSearcher? _replacement;

    public string Name => (_replacement ?? device).Name;

    public SearchResult Search(SearchJob job, ulong firstNonce, ulong count, CancellationToken ct)
    {
        try
        {
            return (_replacement ?? device).Search(job, firstNonce, count, ct);
        }
        catch (DeviceException e)
        {
            onFailure($"{device.Name}: {e.Message}; {processor.Name} takes over.");
            _replacement = processor;
            return processor.Search(job, firstNonce, count, ct);
        }
    }
}
