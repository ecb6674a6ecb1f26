using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Chain.Mining;

/// <summary>The engines of this processor.</summary>
public static class NonceSearchers
{
    private static readonly (INonceSearcher Engine, string Needs, bool Runs)[] Engines =
    [
        WidestOfX86(),
        (new LaneSearcher<Vector256TernaryOps, Vector256<ulong>>("avx512vl"), "AVX-512VL",
            Avx512F.VL.IsSupported && CompilesToAvx512),
        (new LaneSearcher<Vector256Ops, Vector256<ulong>>("avx2"), "AVX2",
            Avx2.IsSupported && (IsJustInTime || Vector256.IsHardwareAccelerated)),
        (new LaneSearcher<Vector128Ops, Vector128<ulong>>("advsimd"), "Arm AdvSimd", AdvSimd.IsSupported),
        (new LaneSearcher<ScalarOps, ulong>("scalar"), "nothing", true),
    ];

    /// <summary>The fastest engine that this processor runs.</summary>
    public static INonceSearcher Best => Available()[0];

    /// <summary>Every engine that this processor runs, the fastest first; the last is the plain scalar one.</summary>
    public static IReadOnlyList<INonceSearcher> Available() =>
        Engines.Where(entry => entry.Runs).Select(entry => entry.Engine).ToArray();

    /// <summary>The engines that this processor does not run, and what they need.</summary>
    public static IReadOnlyList<(string Name, string Needs)> Unavailable() =>
        Engines.Where(entry => !entry.Runs).Select(entry => (entry.Engine.Name, entry.Needs)).ToArray();

    /// <summary>Every engine. Those that are not <see cref="Available"/> give the same results slowly, by plain operators in
    /// place of their instructions, so that tests can judge all but these instructions.</summary>
    internal static IReadOnlyList<INonceSearcher> All() => Engines.Select(entry => entry.Engine).ToArray();

    // A native program has each instruction that it was not compiled for as a call: slower than the engine below.
    private static bool IsJustInTime => RuntimeFeature.IsDynamicCodeSupported;

    private static bool CompilesToAvx512 => IsJustInTime || Vector512.IsHardwareAccelerated;

    private static (INonceSearcher Engine, string Needs, bool Runs) WidestOfX86()
    {
        var compiled = new LaneSearcher<Vector512Ops, Vector512<ulong>>("avx512");
        if (!Avx512F.IsSupported || !Avx2.IsSupported) return (compiled, "AVX-512F and AVX2", false);
        if (CompilesToAvx512) return (compiled, "AVX-512F and AVX2", true);
        // The library is compiled for all of x86-64-v4, and would end the program on a processor that lacks a part of it.
        if (!(Avx512BW.IsSupported && Avx512CD.IsSupported && Avx512DQ.IsSupported && Avx512F.VL.IsSupported))
            return (compiled, "all of x86-64-v4 (AVX-512 F, BW, CD, DQ and VL)", false);
        var library = LibrarySearcher.Load(Path.Combine(AppContext.BaseDirectory, LibrarySearcher.FileName));
        return library is null
            ? (compiled, $"{LibrarySearcher.FileName} beside the program", false)
            : (library, "AVX-512F and AVX2", true);
    }
}
