using Chain.Consensus.Clique;
using Chain.Primitives;
using Chain.Rpc;

namespace Chain.Rules.Clique;

/// <summary>The clique_ methods, as geth names them: who may sign, what is voted about, and this node's part in it.</summary>
internal static class CliqueMethods
{
    public static void AddTo(RpcMethodTable table)
    {
        table.Add("clique_status", 0, Status);
        table.Add("clique_getSigners", 1, call => WriteSigners(call, call.Args.Block(0)));
        table.Add("clique_getSignersAtHash", 1, call => WriteSigners(call, call.Args.RequiredBlock(0)));
        table.Add("clique_getSnapshot", 1, call => WriteSnapshot(call, call.Args.Block(0)));
        table.Add("clique_getSnapshotAtHash", 1, call => WriteSnapshot(call, call.Args.RequiredBlock(0)));
        table.Add("clique_proposals", 0, Proposals);
        table.AddAdmin("clique_propose", 2, ProposeAsync);
        table.AddAdmin("clique_discard", 1, DiscardAsync);
    }

    private static RpcError? Status(RpcCall call)
    {
        if (!call.RequireClique().IsOk(out var view, out var error)) return error;
        call.Out.WriteStartObject();
        CliqueJson.WriteFields(call.Out, view);
        call.Out.WriteEndObject();
        return null;
    }

    private static RpcError? WriteSigners(RpcCall call, BlockParameter parameter)
    {
        if (!ViewAfter(call, parameter).IsOk(out var view, out var error)) return error;
        call.Out.WriteStartArray();
        foreach (var signer in view.Signers) call.Out.WriteHexValue(signer.Bytes);
        call.Out.WriteEndArray();
        return null;
    }

    private static RpcError? WriteSnapshot(RpcCall call, BlockParameter parameter)
    {
        if (!ViewAfter(call, parameter).IsOk(out var view, out var error)) return error;
        call.Out.WriteStartObject();
        CliqueJson.WriteFields(call.Out, view);
        call.Out.WriteEndObject();
        return null;
    }

    private static RpcError? Proposals(RpcCall call)
    {
        if (!call.RequireClique().IsOk(out var view, out var error)) return error;
        call.Out.WriteStartObject();
        foreach (var proposal in view.Proposals) call.Out.WriteBoolean(proposal.Account.ToString(), proposal.Authorize);
        call.Out.WriteEndObject();
        return null;
    }

    private static ValueTask<RpcError?> ProposeAsync(RpcCall call)
    {
        var (account, authorize) = (call.Args.Address(0), call.Args.Bool(1, true));
        return SubmitAsync(call, new CliqueMessage.Propose(account, authorize));
    }

    private static ValueTask<RpcError?> DiscardAsync(RpcCall call) =>
        SubmitAsync(call, new CliqueMessage.Discard(call.Args.Address(0)));

    private static async ValueTask<RpcError?> SubmitAsync(RpcCall call, CliqueMessage message)
    {
        if (call.Args.Error is { } wrong) return wrong;
        if (await call.Node.SubmitConsensusAsync(message, call.Cancellation) is { } refusal) return RpcError.Refused(refusal);
        call.Out.WriteBooleanValue(true);
        return null;
    }

    private static Verdict<CliqueView, RpcError> ViewAfter(RpcCall call, BlockParameter parameter)
    {
        if (call.Args.Error is { } wrong) return wrong;
        if (!call.RequireClique().IsOk(out var view, out var error)) return error;
        if (!call.RequireHeader(parameter).IsOk(out var header, out error)) return error;
        if (header.Hash == view.Hash) return view;
        return CliqueView.After(view.Settings, header, call.Reader.GetHeader) is { } past
            ? past
            : new RpcError(RpcError.Unavailable, $"the headers before block {header.Number} ({header.Hash}) are not here");
    }

    private static Verdict<CliqueView, RpcError> RequireClique(this RpcCall call) => call.View.Consensus is CliqueView view
        ? view
        : new RpcError(RpcError.Unavailable, "the node has not looked at its signers yet; ask again in a moment");
}
