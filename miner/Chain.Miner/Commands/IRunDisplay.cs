using Chain.Mining;

namespace Chain.Miner;

/// <summary>How `miner run` shows what happens.</summary>
internal interface IRunDisplay
{
    /// <summary>Called for each event, one at a time.</summary>
    void Happened(MinerEvent happened);

    /// <summary>A device failed and was replaced or left out, or it only emulates one.</summary>
    void DeviceNews(string message);

    /// <summary>Shows rates again and again until cancelled.</summary>
    Task ShowAsync(WorkClient client, CancellationToken ct);

    /// <summary>The last word.</summary>
    void Stopped(WorkClient client);
}
