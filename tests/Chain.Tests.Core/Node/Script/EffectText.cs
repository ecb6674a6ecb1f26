using Chain.Node;

namespace Chain.Tests;

/// <summary>Every effect as one line.</summary>
internal sealed class EffectText(ScriptNames names, ChainView first)
{
    private readonly ViewText _views = new(names);
    private ChainView _last = first;

    public string Of(NodeEffect effect) => effect switch
    {
        NodeEffect.Persist persist => $"persist {BatchText.Of(persist.Batch, names)}",
        NodeEffect.Publish publish => $"publish {ChangesTo(publish.View)}",
        NodeEffect.Send send => $"send {names.Of(send.Peer)} {MessageText.Of(send.Message, names)}",
        NodeEffect.Sign sign => $"sign {sign.Requests.Count}",
        NodeEffect.Halt halt => $"halt: {names.In(halt.Why)}",
        NodeEffect.Disconnect gone => $"disconnect {names.Of(gone.Peer)} {gone.Reason}: {names.In(gone.Why)}",
        NodeEffect.Credit credit => $"credit {names.Of(credit.Peer)}",
        NodeEffect.Reply reply => $"reply {ReplyText.Of(reply.Answer, names)}",
        NodeEffect.Tell tell => $"tell {EventText.Of(tell.Event, names)}",
        _ => throw new InvalidOperationException($"No text for {effect.GetType().Name}."),
    };

    public string Restarted(ChainView view)
    {
        _last = view with { Pool = PoolSnapshot.Empty, Peers = [] };
        return _views.Head(view);
    }

    private string ChangesTo(ChainView view)
    {
        var changes = _views.Changes(_last, view);
        _last = view;
        return changes;
    }
}
