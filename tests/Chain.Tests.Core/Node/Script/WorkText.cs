using Chain.Node;

namespace Chain.Tests;

/// <summary>A template as text: its target is told by the difficulty that it stands for.</summary>
internal static class WorkText
{
    public static string Of(WorkPackage package, ScriptNames names) =>
        $"{names.Add(package)} for block {package.Number} at difficulty {Chain.Primitives.UInt256.MaxValue / package.Target}";
}
