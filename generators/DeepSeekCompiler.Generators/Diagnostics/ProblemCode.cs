namespace DeepSeekCompiler.Generators.Diagnostics;

/// <summary>The identifiers of everything that can be wrong with a declaration, the same for attributes and configuration files.</summary>
public static class ProblemCode
{
    public const string NotPartial = "DSC0001";
    public const string NotPlainClass = "DSC0002";
    public const string MissingAttribute = "DSC0003";
    public const string ConflictingAttributes = "DSC0004";
    public const string MissingSetting = "DSC0005";
    public const string UnusedSetting = "DSC0006";
    public const string SizeOutOfRange = "DSC0007";
    public const string NumberOutOfRange = "DSC0008";
    public const string UnknownValue = "DSC0009";
    public const string OddRopeWidth = "DSC0010";
    public const string HeadGroups = "DSC0011";
    public const string ExpertGroups = "DSC0012";
    public const string KeptGroups = "DSC0013";
    public const string ActiveExperts = "DSC0014";
    public const string GroupScore = "DSC0015";
    public const string DenseLayers = "DSC0016";
    public const string Fp8Block = "DSC0017";
    public const string Format = "DSC0018";
    public const string MultiTokenPrediction = "DSC0019";
    public const string YarnRamp = "DSC0020";
    public const string VariantCycle = "DSC0021";
    public const string BaseNotModel = "DSC0022";
    public const string BaseBroken = "DSC0023";
    public const string ConfigNotFound = "DSC0024";
    public const string ConfigAmbiguous = "DSC0025";
    public const string ConfigSyntax = "DSC0026";
    public const string ConfigType = "DSC0027";
    public const string UnknownFamily = "DSC0028";
    public const string Unsupported = "DSC0029";
    public const string Contradiction = "DSC0030";
    public const string TuningFile = "DSC0031";
    public const string TuningChoice = "DSC0032";
    public const string TuningUnused = "DSC0033";
    public const string Project = "DSC0034";
    public const string Name = "DSC0035";
}
