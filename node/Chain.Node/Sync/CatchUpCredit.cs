using Chain.Primitives;

namespace Chain.Node;

/// <summary>
/// How long work may wait for the node to catch up, over all sessions. Waiting spends it, and each block earns half a block
/// interval: a peer that brings blocks at less than twice the pace of the chain does not bring us to its end soon, and may have
/// signed them long after their time to keep us waiting. A head that is as fresh as it should be fills it up.
/// </summary>
/// <param name="fullMs">The most that is ever left.</param>
/// <param name="blockIntervalMs">From one block to the next.</param>
internal sealed class CatchUpCredit(long fullMs, ulong blockIntervalMs)
{
    private long _spentMs;
    private At _last;
    private bool _wasWaiting;

    public bool IsSpent => _spentMs >= fullMs;

    /// <summary>Time has passed, by a clock that may have jumped either way.</summary>
    public void OnTick(At now, bool isWaiting, bool isHeadOld)
    {
        if (!isHeadOld) _spentMs = 0;
        else if (_wasWaiting) _spentMs = Math.Min(fullMs, _spentMs + Math.Max(0, now.Since(_last)));
        (_last, _wasWaiting) = (now, isWaiting);
    }

    /// <summary>So many new blocks were imported.</summary>
    public void Earn(int blocks) => _spentMs = Math.Max(0, _spentMs - (blocks * (long)blockIntervalMs / 2));
}
